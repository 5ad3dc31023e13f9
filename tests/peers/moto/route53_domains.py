"""What only the registrar gives a domain: its status, and the DS records that it was told.

moto answers GetDomainDetail under another name than the API's for the DS records.
Source: the Route 53 API reference, GetDomainDetail and DnssecKey.
"""

from __future__ import annotations

from typing import Any

from moto.route53domains.models import Route53Domain, route53domains_backends


def set_domain(
    account: str,
    domain_name: str,
    status_list: list[str] | None = None,
    dnssec_keys: list[dict[str, Any]] | None = None,
) -> None:
    """Changes what is given of a domain."""
    domain = route53domains_backends[account]["aws"].get_domain(domain_name)
    if status_list is not None:
        domain.status_list = status_list
    if dnssec_keys is not None:
        domain.dns_sec_keys = dnssec_keys


def install() -> None:
    """Puts the DS records under the name that the API has for them."""
    to_json = Route53Domain.to_json

    def with_keys(self: Route53Domain) -> dict[str, Any]:
        return to_json(self) | {"DnssecKeys": self.dns_sec_keys or []}

    Route53Domain.to_json = with_keys
