"""The DNSSEC operations of Route 53, which moto lacks, added to its Route 53 backend.

Requests are parsed and answers serialised by moto's own codecs over botocore's service model.
A KSK is backed by a key of moto's KMS; dnspython computes its key tag and DS.

Source: the Route 53 API reference, CreateKeySigningKey and its neighbours.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import dns.dnssec
import dns.name
import dns.rdataclass
import dns.rdatatype
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.kms.models import Key, kms_backends
from moto.route53 import urls
from moto.route53.models import FakeZone, Route53Backend, route53_backends
from moto.route53.responses import Route53

KSK_FLAGS = 257
PROTOCOL = 3
ALGORITHM = dns.dnssec.Algorithm.ECDSAP256SHA256
DIGEST = dns.dnssec.DSDigest.SHA256
KMS_REGION = "us-east-1"
KSKS_PER_ZONE = 2

KEY_ARN = re.compile(r"arn:aws:kms:(?P<region>[^:]+):(?P<account>\d{12}):key/(?P<id>[^/]+)")


class Route53Error(ServiceException):
    """An error of the API, as its code and message; the status comes from the service model."""


@dataclass
class KeySigningKey:
    """A KSK; the attributes are the members of the API's `KeySigningKey`, in snake case."""

    name: str
    kms_arn: str
    status: str
    dnskey: DNSKEY
    zone_name: str
    status_message: str | None = None
    created_date: datetime = field(default_factory=utcnow)
    last_modified_date: datetime = field(default_factory=utcnow)

    def describe(self) -> dict[str, Any]:
        """The KSK as GetDNSSEC gives it."""
        ds = dns.dnssec.make_ds(owner_name(self.zone_name), self.dnskey, DIGEST)
        public_key = base64.b64encode(self.dnskey.key).decode()
        digest = ds.digest.hex().upper()
        return {
            "Name": self.name,
            "KmsArn": self.kms_arn,
            "Flag": self.dnskey.flags,
            "SigningAlgorithmMnemonic": ALGORITHM.name,
            "SigningAlgorithmType": int(ALGORITHM),
            "DigestAlgorithmMnemonic": "SHA-256",
            "DigestAlgorithmType": int(DIGEST),
            "KeyTag": ds.key_tag,
            "DigestValue": digest,
            "PublicKey": public_key,
            "DSRecord": f"{ds.key_tag} {int(ALGORITHM)} {int(DIGEST)} {digest}",
            "DNSKEYRecord": f"{KSK_FLAGS} {PROTOCOL} {int(ALGORITHM)} {public_key}",
            "Status": self.status,
            "StatusMessage": self.status_message,
            "CreatedDate": self.created_date,
            "LastModifiedDate": self.last_modified_date,
        }


@dataclass
class Signing:
    """The DNSSEC state of a hosted zone."""

    serve_signature: str = "NOT_SIGNING"
    status_message: str | None = None
    ksks: dict[str, KeySigningKey] = field(default_factory=dict)


def owner_name(zone_name: str) -> dns.name.Name:
    """The zone's name on the wire.

    Route 53 escapes in octal (`\\057`), a master file in decimal (RFC 1035 section 5.1).
    """
    decimal = re.sub(r"\\([0-7]{3})", lambda code: f"\\{int(code[1], 8):03d}", zone_name)
    return dns.name.from_text(decimal)


def signing_of(zone: FakeZone) -> Signing:
    """The DNSSEC state of a zone; a new zone is not signed."""
    return zone.__dict__.setdefault("signing", Signing())


def find_zone(hosted_zone_id: str) -> FakeZone | None:
    """A hosted zone of any account."""
    for account in list(route53_backends.values()):
        for backend in list(account.values()):
            if hosted_zone_id in backend.zones:
                return backend.zones[hosted_zone_id]
    return None


def signing_key(arn: str) -> Key:
    """The KMS key behind a KSK, or InvalidKMSArn where Route 53 would refuse it."""
    match = KEY_ARN.fullmatch(arn)
    if not match or match["region"] != KMS_REGION:
        raise Route53Error("InvalidKMSArn", f"{arn} is no key of {KMS_REGION}")
    key = kms_backends[match["account"]][KMS_REGION].keys.get(match["id"])
    if (
        key is None
        or key.key_state != "Enabled"
        or key.key_spec != "ECC_NIST_P256"
        or key.key_usage != "SIGN_VERIFY"
    ):
        raise Route53Error(
            "InvalidKMSArn", f"{arn} is no enabled ECC_NIST_P256 key for SIGN_VERIFY"
        )
    return key


def dnskey_of(key: Key) -> DNSKEY:
    """The DNSKEY of a KMS key (RFC 6605 section 4: the two coordinates, no prefix)."""
    public = serialization.load_der_public_key(key.private_key.public_key())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    point = public.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return DNSKEY(
        dns.rdataclass.IN, dns.rdatatype.DNSKEY, KSK_FLAGS, PROTOCOL, ALGORITHM, point[1:]
    )


def change_info() -> dict[str, Any]:
    return {"Id": "/change/C2682N5HXP0BZ4", "Status": "INSYNC", "SubmittedAt": utcnow()}


class DnssecOperations(Route53):
    """moto's Route 53 with its DNSSEC operations."""

    def _public_zone(self, parameter: str) -> FakeZone:
        hosted_zone_id = self._get_param(parameter).removeprefix("/hostedzone/")
        zone = self.backend.get_hosted_zone(hosted_zone_id)
        if zone.private_zone:
            raise Route53Error(
                "InvalidArgument", f"DNSSEC is for public hosted zones, {zone.name} is private"
            )
        return zone

    def _ksk(self) -> tuple[Signing, KeySigningKey]:
        signing = signing_of(self._public_zone("HostedZoneId"))
        name = self._get_param("Name")
        if name not in signing.ksks:
            raise Route53Error("NoSuchKeySigningKey", f"there is no KSK {name}")
        return signing, signing.ksks[name]

    def get_dnssec(self) -> ActionResult:
        signing = signing_of(self._public_zone("Id"))
        return ActionResult(
            {
                "Status": {
                    "ServeSignature": signing.serve_signature,
                    "StatusMessage": signing.status_message,
                },
                "KeySigningKeys": [ksk.describe() for ksk in signing.ksks.values()],
            }
        )

    def create_key_signing_key(self) -> ActionResult:
        zone = self._public_zone("HostedZoneId")
        signing = signing_of(zone)
        name = self._get_param("Name")
        status = self._get_param("Status")
        arn = self._get_param("KeyManagementServiceArn")
        if not re.fullmatch(r"\w{3,128}", name, re.ASCII):
            raise Route53Error("InvalidKeySigningKeyName", f"{name} is no name of a KSK")
        if status not in ("ACTIVE", "INACTIVE"):
            raise Route53Error("InvalidArgument", f"{status} is no status of a new KSK")
        if name in signing.ksks:
            raise Route53Error("KeySigningKeyAlreadyExists", f"there is a KSK {name}")
        if len(signing.ksks) >= KSKS_PER_ZONE:
            raise Route53Error("TooManyKeySigningKeys", f"{zone.name} has two KSKs")
        if any(ksk.kms_arn == arn for ksk in signing.ksks.values()):
            raise Route53Error("InvalidArgument", f"another KSK of the zone uses {arn}")
        ksk = KeySigningKey(name, arn, status, dnskey_of(signing_key(arn)), zone.name)
        signing.ksks[name] = ksk
        return ActionResult(
            {
                "ChangeInfo": change_info(),
                "KeySigningKey": ksk.describe(),
                "Location": f"https://route53.amazonaws.com/2013-04-01/keysigningkey/{zone.resource_id}/{name}",
            }
        )

    def activate_key_signing_key(self) -> ActionResult:
        _, ksk = self._ksk()
        signing_key(ksk.kms_arn)
        return self._set_status(ksk, "ACTIVE")

    def deactivate_key_signing_key(self) -> ActionResult:
        signing, ksk = self._ksk()
        others = [other for other in signing.ksks.values() if other is not ksk]
        if signing.serve_signature == "SIGNING" and not any(
            other.status == "ACTIVE" for other in others
        ):
            raise Route53Error("KeySigningKeyInUse", f"{ksk.name} is the only active KSK")
        return self._set_status(ksk, "INACTIVE")

    @staticmethod
    def _set_status(ksk: KeySigningKey, status: str) -> ActionResult:
        ksk.status = status
        ksk.status_message = None
        ksk.last_modified_date = utcnow()
        return ActionResult({"ChangeInfo": change_info()})

    def enable_hosted_zone_dnssec(self) -> ActionResult:
        zone = self._public_zone("HostedZoneId")
        signing = signing_of(zone)
        if not any(ksk.status == "ACTIVE" for ksk in signing.ksks.values()):
            raise Route53Error(
                "KeySigningKeyWithActiveStatusNotFound", f"{zone.name} has no active KSK"
            )
        signing.serve_signature = "SIGNING"
        return ActionResult({"ChangeInfo": change_info()})

    def disable_hosted_zone_dnssec(self) -> ActionResult:
        zone = self._public_zone("HostedZoneId")
        signing = signing_of(zone)
        if signing.serve_signature == "NOT_SIGNING":
            raise Route53Error("DNSSECNotFound", f"{zone.name} is not signed")
        signing.serve_signature = "NOT_SIGNING"
        return ActionResult({"ChangeInfo": change_info()})


def set_status(
    hosted_zone_id: str,
    name: str | None = None,
    status: str | None = None,
    status_message: str | None = None,
    serve_signature: str | None = None,
) -> None:
    """Sets what no API call sets: the states that Route 53 itself gives to a KSK or a zone.

    `status_message` goes with the KSK where one is named, otherwise with the zone.
    Raises KeyError where there is no such zone or KSK.
    """
    zone = find_zone(hosted_zone_id)
    if zone is None:
        raise KeyError(hosted_zone_id)
    signing = signing_of(zone)
    if serve_signature is not None:
        signing.serve_signature = serve_signature
    if name is None:
        signing.status_message = status_message
        return
    ksk = signing.ksks[name]
    ksk.status = status or ksk.status
    ksk.status_message = status_message
    ksk.last_modified_date = utcnow()


def escape(zone_name: str) -> str:
    """A zone name as Route 53 answers it: all but a few characters as three octal digits.

    Source: the Route 53 Developer Guide, "DNS domain name format".
    """
    return "".join(
        character
        if re.fullmatch(r"[a-z0-9._\\-]", character)
        else "".join(f"\\{byte:03o}" for byte in character.encode())
        for character in zone_name.lower()
    )


def install() -> None:
    """Replaces moto's Route 53 operations by these, at their paths and at the new ones."""
    create_hosted_zone = Route53Backend.create_hosted_zone

    def create_escaped(self: Route53Backend, name: str, *args: Any, **kwargs: Any) -> FakeZone:
        return create_hosted_zone(self, escape(name), *args, **kwargs)

    Route53Backend.create_hosted_zone = create_escaped
    zone = r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)"
    ksk = r"{0}/(?P<api_version>[\d_-]+)/keysigningkey"
    urls.url_paths = dict.fromkeys(
        [
            *urls.url_paths,
            f"{zone}/enable-dnssec$",
            f"{zone}/disable-dnssec$",
            f"{ksk}$",
            f"{ksk}/(?P<zone_id>[^/]+)/(?P<name>[^/]+)/activate$",
            f"{ksk}/(?P<zone_id>[^/]+)/(?P<name>[^/]+)/deactivate$",
        ],
        DnssecOperations.dispatch,
    )
