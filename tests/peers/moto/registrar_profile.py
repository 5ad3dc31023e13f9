"""Registered domains: one in order, one with everything wrong, one without a hosted zone."""

from __future__ import annotations

from typing import Any

from organisation import Account, Organisation


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    registrar = organisation.account("registrar", "/")
    moored = signed(registrar, "moored.com")
    registrar.set_domain("moored.com", ["clientTransferProhibited"], [ds_of(registrar, moored)])
    adrift = signed(registrar, "adrift.com", auto_renew=False)
    other = ds_of(registrar, adrift) | {"KeyTag": 1, "Digest": "00" * 32}
    registrar.set_domain("adrift.com", ["ok"], [other])
    organisation.management.register("plain.com")
    organisation.management.set_domain("plain.com", ["clientTransferProhibited"], [])


def signed(account: Account, name: str, *, auto_renew: bool = True) -> str:
    """A domain whose hosted zone is signed; the id of the zone."""
    account.register(name, auto_renew=auto_renew)
    zone_id, _ = account.signed_zone(name, "documented")
    return zone_id


def ds_of(account: Account, zone_id: str) -> dict[str, Any]:
    """What the registrar is told of the KSK of a zone."""
    [ksk] = account.client("route53").get_dnssec(HostedZoneId=zone_id)["KeySigningKeys"]
    return {
        "Id": "1",
        "KeyTag": ksk["KeyTag"],
        "Algorithm": ksk["SigningAlgorithmType"],
        "DigestType": ksk["DigestAlgorithmType"],
        "Digest": ksk["DigestValue"],
    }
