"""Writes tests/derive/dnskey.yaml: public keys and zone names, with what BIND makes of them.

Needs `cryptography` and BIND's dnssec-dsfromkey. The keys are made from fixed numbers, so that the
same table comes out each time; some are searched for until X or Y begins with zeros.
"""

import base64
import hashlib
import itertools
import pathlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bind_and_ldns import of_bind

TABLE = pathlib.Path(__file__).parents[2] / "derive" / "dnskey.yaml"
LONGEST_LABEL = "a" * 63
# Three labels of 63 octets and one of 61, each with its length, and the root: 255 octets.
LONGEST_NAME = ".".join([LONGEST_LABEL] * 3 + ["b" * 61]) + "."

NAMES = [
    "example.com.",
    "example.com",
    "EXAMPLE.COM.",
    "eXaMpLe.CoM.",
    "com.",
    "uk.",
    "co.uk.",
    ".",
    "a.",
    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.",
    r"\052.example.com.",
    r"*.example.com.",
    r"_dmarc.example.com.",
    r"\137dmarc.example.com.",
    "-leading.hyphen-.example.com.",
    "xn--bcher-kva.example.",
    "XN--BCHER-KVA.example.",
    "xn--p1ai.",
    "xn--zckzah.xn--fsqu00a.xn--0zwm56d.",
    "2.0.192.in-addr.arpa.",
    "0/26.2.0.192.in-addr.arpa.",
    r"0\05726.2.0.192.in-addr.arpa.",
    "8.b.d.0.1.0.0.2.ip6.arpa.",
    "123.456.",
    LONGEST_LABEL + ".example.com.",
    LONGEST_LABEL.upper() + ".example.com.",
    LONGEST_NAME,
    ".".join(["x"] * 127) + ".",
    r"\052" * 63 + ".example.com.",
    r"dot\056inside.example.com.",
    r"back\134slash.example.com.",
    r"two\040words.example.com.",
    r"\000.example.com.",
    r"\001\002\003.example.com.",
    r"\377.example.com.",
    r"\303\274ber.example.com.",
    r"\101BC.example.com.",
    r"\101\132\133\140\141\172\173.example.com.",
    r"\300\332.example.com.",
    r"quote\042.example.com.",
    'quote".example.com.',
    r"semi\073colon.example.com.",
    "semi;colon.example.com.",
    "at@sign.example.com.",
    "dollar$.example.com.",
    "paren(theses).example.com.",
    "every!#%&',-:<=>?[]^`{|}~thing.example.com.",
    r"tab\011.example.com.",
    r"\056.example.com.",
    r"\134052.example.com.",
    "_sip._tcp.Example.COM.",
    "AbCdEfGhIjKlMnOpQrStUvWxYz.",
]


def keys(wanted):
    """Public keys made from fixed numbers, as many as are wanted of those that are."""
    numbers = (
        int.from_bytes(hashlib.sha256(f"zonewarden {n}".encode()).digest()) for n in itertools.count(1)
    )
    made = (ec.derive_private_key(number % (2**255), ec.SECP256R1()).public_key() for number in numbers)
    return itertools.islice(filter(wanted, made), None)


def begins_with_zeros(coordinate, octets):
    """Whether a coordinate of 32 octets begins with so many that are zero."""
    return coordinate < 1 << 8 * (32 - octets)


def row(name, key, zone):
    """A row of the table."""
    numbers = key.public_numbers()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    public_key = base64.b64encode(point).decode()
    tag, digest = of_bind(zone, public_key)
    return (
        f"- name: {name}\n"
        f"  spki: {base64.b64encode(spki).decode()}\n"
        f"  zone: '{zone.replace(chr(39), chr(39) * 2)}'\n"
        f"  key_tag: {tag}\n"
        f"  digest_value: {digest}\n"
        f"  public_key: {public_key}\n"
    )


def rows():
    """All rows."""
    any_key = keys(lambda _: True)
    for zone in NAMES:
        yield row("a name", next(any_key), zone)
    one_key = next(any_key)
    for zone in ["example.com.", "example.net.", "example.org.", "www.example.com."]:
        yield row("one key in several zones", one_key, zone)
    for label in ["X", "Y"]:
        for octets, count in [(1, 12), (2, 1)]:
            searched = keys(
                lambda key: begins_with_zeros(getattr(key.public_numbers(), label.lower()), octets)
            )
            for key in itertools.islice(searched, count):
                yield row(f"{label} begins with {octets} octet(s) of zero", key, "example.com.")
    odd = keys(lambda key: key.public_numbers().y % 256 == 0)
    for key in itertools.islice(odd, 4):
        yield row("Y ends in an octet of zero", key, "example.com.")
    for number, key in enumerate(itertools.islice(any_key, 40)):
        yield row("any key", key, f"zone-{number}.Example.")


if __name__ == "__main__":
    TABLE.write_text(
        "# KMS public keys and zone names, with the key tag and the digest that BIND's dnssec-dsfromkey gives.\n"
        "# Made by tests/peers/dnskey/make_table.py.\n" + "".join(rows())
    )
