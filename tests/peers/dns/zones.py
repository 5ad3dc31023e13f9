"""What a zone is: what its parent says, what its servers serve, what AWS holds of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

HOUR = 3600
DAY = 24 * HOUR

SECURE, INSECURE, BOGUS, INDETERMINATE = "secure", "insecure", "bogus", "indeterminate"

# The name servers of the tree, each with the last octet of its IPv4 address.
HOSTS = {
    "a.root-servers.": 1,
    "b.root-servers.": 2,
    "a.nic.test.": 3,
    "b.nic.test.": 4,
    "a.nic.opt-out.": 5,
    "b.nic.opt-out.": 6,
    "ns-1.awsdns-00.test.": 11,
    "ns-2.awsdns-00.test.": 12,
    "ns-3.awsdns-00.test.": 13,
    "ns-4.awsdns-00.test.": 14,
    "ns-lame-1.awsdns-00.test.": 21,
    "ns-lame-2.awsdns-00.test.": 22,
    "ns-silent-1.awsdns-00.test.": 23,
    "ns-silent-2.awsdns-00.test.": 24,
    "ns-online-1.awsdns-00.test.": 25,
    "ns-online-2.awsdns-00.test.": 26,
    "ns-1.elsewhere.test.": 31,
    "ns-2.elsewhere.test.": 32,
    # White-label names of ns-1 and ns-2.
    "ns1.white-label.test.": 11,
    "ns2.white-label.test.": 12,
}
# The one server that has no IPv4 address.
IPV6_HOST = "ns-ipv6.awsdns-00.test."
SILENT = ("ns-silent-1.awsdns-00.test.", "ns-silent-2.awsdns-00.test.")
# A server of which DNS says that it has no address.
NO_ADDRESS = "ns-gone.awsdns-00.test."
LAME = ("ns-lame-1.awsdns-00.test.", "ns-lame-2.awsdns-00.test.")
ONLINE = ("ns-online-1.awsdns-00.test.", "ns-online-2.awsdns-00.test.")
ROOT_SERVERS = ("a.root-servers.", "b.root-servers.")
TEST_SERVERS = ("a.nic.test.", "b.nic.test.")
OPT_OUT_SERVERS = ("a.nic.opt-out.", "b.nic.opt-out.")
# The delegation set of nearly every hosted zone, and that of the zones below another hosted zone.
ROUTE53 = ("ns-1.awsdns-00.test.", "ns-2.awsdns-00.test.")
ROUTE53_BELOW = ("ns-3.awsdns-00.test.", "ns-4.awsdns-00.test.")
WHITE_LABEL = ("ns1.white-label.test.", "ns2.white-label.test.")
ELSEWHERE = ("ns-1.elsewhere.test.", "ns-2.elsewhere.test.")


@dataclass(frozen=True)
class Ksk:
    """A key signing key: what AWS says of it, and what the zone does with it.

    `status` is that of GetDNSSEC; None is a key that AWS does not hold.
    """

    status: str | None = "ACTIVE"
    age_days: int = 90
    published: bool = True
    signs: bool = True


@dataclass(frozen=True)
class Signing:
    """How dnssec-signzone signs a zone; times are seconds from now."""

    inception: int = -HOUR
    expiration: int = 30 * DAY
    dnskey_expiration: int | None = None
    nsec3: bool = False
    opt_out: bool = False
    # More than dnssec-signzone allows; ldns-signzone signs such a zone.
    iterations: int = 0


@dataclass(frozen=True)
class Ds:
    """A DS record at the parent, made from a KSK of the zone (None: from one that nobody holds)."""

    ksk: int | None = 0
    digest_type: int = 2
    # Put in place of what the key gives, where not None.
    algorithm: int | None = None
    stated_digest_type: int | None = None
    damaged: bool = False


@dataclass(frozen=True)
class Difference:
    """A peer's verdict that is known to be another than the RFCs', over some questions, and why."""

    peer: str
    verdict: str
    why: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Zone:
    """A zone of the tree."""

    name: str
    case: str
    # The verdict over the zone's SOA, NS and DNSKEY.
    expected: str

    # The parent's side. No name server: the parent has no delegation.
    ns: tuple[str, ...] = ROUTE53
    ds: tuple[Ds, ...] = (Ds(),)
    ds_ttl: int = HOUR
    # Where a server of the parent has another DS set than `ds`.
    ds_at: Mapping[str, tuple[Ds, ...]] = field(default_factory=dict)

    # The zone's own side.
    served_by: tuple[str, ...] | None = None
    # Where it does not name the servers that its parent names.
    child_ns: tuple[str, ...] = ()
    signing: Signing | None = field(default_factory=Signing)
    ksks: tuple[Ksk, ...] = (Ksk(),)
    records: str = ""
    # Signed answer by answer, by online.py.
    online: bool = False
    soa_ttl: int = 900
    ttl: int = HOUR
    damage: Callable[[str], str] = lambda signed: signed

    # AWS's side, for a zone that is a hosted zone of the organisation.
    hosted: bool = True
    delegation_set: tuple[str, ...] = ROUTE53
    serve_signature: str = "SIGNING"

    # The rules of the catalogue that fail: causes, and what they explain; and those of which
    # nothing can be said.
    findings: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    # More symptoms, where the verdict is one of `also`.
    also_symptoms: tuple[str, ...] = ()

    # More questions than every zone has: (name below the zone, type).
    questions: tuple[tuple[str, str], ...] = ()
    # Verdicts other than `expected`, by question.
    answers: Mapping[str, str] = field(default_factory=dict)
    # Verdicts that a validator may come to as well, which asks one server where servers disagree.
    also: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()

    @property
    def servers(self) -> tuple[str, ...]:
        """The hosts that serve the zone."""
        return self.ns if self.served_by is None else self.served_by

    def below(self, ancestor: str) -> bool:
        """Whether the zone's name is below another."""
        return is_below(self.name, ancestor)


def is_below(name: str, ancestor: str) -> bool:
    """Whether a name is below another, and is not that name."""
    if ancestor == ".":
        return name != "."
    return name.endswith("." + ancestor)
