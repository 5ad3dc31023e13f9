"""What BIND and ldns make of a DNSKEY: its key tag and the SHA-256 digest of its DS."""

import pathlib
import re
import subprocess
import tempfile

FLAGS, PROTOCOL, ALGORITHM, SHA256 = 257, 3, 13, 2


def octets(zone):
    """The labels of a zone name, from Route 53's text: octal escapes, final dot."""
    name = zone.removesuffix(".")
    if not name:
        return []
    return [
        re.sub(rb"\\([0-7]{3})", lambda escape: bytes([int(escape[1], 8)]), label.encode())
        for label in name.split(".")
    ]


def master_file_name(zone):
    """The same name as a master file writes it: decimal escapes (RFC 1035 section 5.1)."""
    plain = re.compile(rb"[A-Za-z0-9_*]")
    return "".join(
        "".join(
            chr(octet) if plain.match(bytes([octet])) else f"\\{octet:03d}" for octet in label
        )
        + "."
        for label in octets(zone)
    ) or "."


def dnskey_record(zone, public_key):
    """The DNSKEY record of a KSK in a master file."""
    owner = master_file_name(zone)
    return f"{owner} 3600 IN DNSKEY {FLAGS} {PROTOCOL} {ALGORITHM} {public_key}\n"


def of_bind(zone, public_key):
    """The key tag and digest that dnssec-dsfromkey prints."""
    command = ["dnssec-dsfromkey", "-2", "-f", "-", master_file_name(zone)]
    return _ds(command, dnskey_record(zone, public_key))


def of_ldns(zone, public_key):
    """The key tag and digest that ldns-key2ds prints."""
    with tempfile.TemporaryDirectory() as directory:
        key = pathlib.Path(directory, "ksk.key")
        key.write_text(dnskey_record(zone, public_key))
        return _ds(["ldns-key2ds", "-n", "-2", key], "")


def _ds(command, text):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    fields = done.stdout.split("DS")[-1].split()
    tag, algorithm, digest_type, *digest = fields
    assert (int(algorithm), int(digest_type)) == (ALGORITHM, SHA256), done.stdout
    return int(tag), "".join(digest).upper()
