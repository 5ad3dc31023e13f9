"""Keys, DS records and signed zones, made by BIND's own tools (and by ldns where BIND refuses)."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zones import Ds, Signing

ALGORITHM = "ECDSAP256SHA256"
# A SubjectPublicKeyInfo of a key on P-256 up to the X and Y of its point (RFC 5480 section 2).
SPKI_HEADER = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04")
DIGESTS = {1: "SHA-1", 2: "SHA-256", 4: "SHA-384"}


def run(*command: Any, cwd: Path | None = None) -> str:
    """Runs a tool to its end and gives its standard output; raises what it says where it fails."""
    command = tuple(str(argument) for argument in command)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


@dataclass(frozen=True)
class Key:
    """A key pair that dnssec-keygen made: the files `stem`.key and `stem`.private."""

    zone: str
    stem: Path

    @property
    def dnskey(self) -> str:
        """The DNSKEY's RDATA, in one line."""
        text = self.stem.with_name(self.stem.name + ".key").read_text()
        record = next(line for line in text.splitlines() if not line.startswith(";"))
        flags, protocol, algorithm, *key = record.split(" DNSKEY ")[1].split()
        return " ".join([flags, protocol, algorithm, "".join(key)])

    @property
    def public_key(self) -> str:
        """The public key as a DNSKEY has it: base64 of X and Y."""
        return self.dnskey.split()[3]

    @property
    def private_key(self) -> str:
        """The private key: base64 of the 32 octets of the number."""
        text = self.stem.with_name(self.stem.name + ".private").read_text()
        return re.search(r"^PrivateKey: (\S+)$", text, re.MULTILINE)[1]

    @property
    def key_tag(self) -> int:
        """The key tag, from the name that dnssec-keygen gives its files."""
        return int(self.stem.name.rsplit("+", 1)[1])

    def ds(self, digest_type: int = 2) -> str:
        """The DS's RDATA, in one line."""
        digest = DIGESTS[digest_type]
        text = run("dnssec-dsfromkey", "-a", digest, f"{self.stem}.key")
        tag, algorithm, stated, *digest = text.split(" DS ")[1].split()
        return " ".join([tag, algorithm, stated, "".join(digest)])


def make_key(zone: str, folder: Path, ksk: bool) -> Key:
    """A new key of a zone, in a folder."""
    flag = ("-f", "KSK") if ksk else ()
    stem = run("dnssec-keygen", "-q", "-a", ALGORITHM, *flag, "-K", folder, zone).strip()
    return Key(zone, folder / stem)


def ds_record(recipe: Ds, key: Key) -> str:
    """The RDATA of a DS record as a recipe has it."""
    tag, algorithm, digest_type, digest = key.ds(recipe.digest_type).split()
    if recipe.damaged:
        digest = hashlib.sha256(digest.encode()).hexdigest().upper()
    if recipe.algorithm is not None:
        algorithm = str(recipe.algorithm)
    if recipe.stated_digest_type is not None:
        digest_type = str(recipe.stated_digest_type)
    return " ".join([tag, algorithm, digest_type, digest])


def sign(zone: str, file: Path, ksks: list[Key], zsk: Key, signing: Signing) -> str:
    """Signs a zone file that has the DNSKEY records in it; gives the signed zone's text.

    The text has one record a line, with names, TTLs and types in full.
    """
    signed = file.with_name(file.name + ".signed")
    now = datetime.now(UTC)

    def moment(seconds: int) -> str:
        return (now + timedelta(seconds=seconds)).strftime("%Y%m%d%H%M%S")

    times = ["-s", moment(signing.inception), "-e", moment(signing.expiration)]
    if signing.dnskey_expiration is not None:
        times += ["-X", moment(signing.dnskey_expiration)]
    if signing.iterations:
        lifetime = ["-i", moment(signing.inception), "-e", moment(signing.expiration)]
        iterations = ["-n", "-t", signing.iterations]
        keys = [*(key.stem for key in ksks), zsk.stem]
        run("ldns-signzone", *lifetime, *iterations, "-o", zone, "-f", signed, file, *keys)
        return signed.read_text()
    denial = ["-3", "-", "-H", "0"] if signing.nsec3 else []
    if signing.opt_out:
        denial.append("-A")
    keys = [argument for key in ksks for argument in ("-k", key.stem)]
    # Without -P, the tool refuses its own work where the times are not those of now.
    options = ["-P", "-x", "-n", "1", "-O", "full", "-o", zone, "-f", signed]
    # It leaves files where it runs.
    command = ["dnssec-signzone", *options, *times, *denial, *keys, file, zsk.stem]
    run(*command, cwd=file.parent)
    return signed.read_text()
