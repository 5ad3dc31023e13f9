"""Thousands of signed zones below one TLD, on loopback, for the benchmark of the observer.

    bulk.py FOLDER [--zones N] [--silent N] [--sample N] [--port PORT]

Prints one line of JSON of the form of tree.py's, and serves until its standard input closes. All
zones are secure and share one pair of keys; each has four of the eight name servers. For --silent
of them one of the four never answers. delv and Unbound are asked for the SOA of --sample zones,
one after another, with the seconds that each answer took.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from build import write_anchors
from files import LAYOUT, ROOT_HINTS, TRUST_ANCHOR
from servers import Content, Layout, Servers, free_port
from signing import Key, make_key, sign
from tools import require_tools
from tree import ask_peers, ksk_document
from zones import SECURE, Signing, is_below

TLD = "bulk."
ROOT_HOSTS = {"a.root-servers.": 1, "b.root-servers.": 2}
TLD_HOSTS = {"a.nic.bulk.": 3, "b.nic.bulk.": 4}
# Two delegation sets.
ZONE_HOSTS = {f"ns-{number}.route53.bulk.": 10 + number for number in range(1, 9)}
SILENT_HOST = "ns-silent.route53.bulk."
HOSTS = {**ROOT_HOSTS, **TLD_HOSTS, **ZONE_HOSTS, SILENT_HOST: 99}
# How many zones one run of a shell signs.
BATCH = 100


def delegation_set(number: int, silent: int) -> list[str]:
    """The name servers of the zone of a number."""
    hosts = list(ZONE_HOSTS)[number % 2 :: 2]
    return [SILENT_HOST, *hosts[1:]] if number < silent else hosts


def ds_of(zone: str, ksk: Key) -> str:
    """The DS of a key in another zone than that which it was made for (RFC 4034 section 5.1.4)."""
    flags, protocol, algorithm, public_key = ksk.dnskey.split()
    owner = b"".join(bytes([len(label)]) + label.encode() for label in zone.split("."))
    rdata = int(flags).to_bytes(2) + bytes([int(protocol), int(algorithm)])
    digest = hashlib.sha256(owner + rdata + base64.b64decode(public_key)).hexdigest().upper()
    return f"{ksk.key_tag} {algorithm} 2 {digest}"


def master_file(zone: str, hosts: list[str], keys: list[Key]) -> list[str]:
    """The lines that every zone has."""
    return [
        f"$ORIGIN {zone}",
        "$TTL 3600",
        f"@ 900 SOA {hosts[0]} hostmaster 1 7200 900 1209600 3600",
        *(f"@ NS {host}" for host in hosts),
        *(f"@ DNSKEY {key.dnskey}" for key in keys),
    ]


def sign_all(folder: Path, zones: list[str], ksk: Key, zsk: Key) -> None:
    """Signs the files of many zones in place, with one pair of keys."""
    script = (
        "ksk=$1 zsk=$2; shift 2; for zone; do "
        'ldns-signzone -o "$zone" -f "$zone"zone "$zone"unsigned "$ksk" "$zsk" || exit; done'
    )

    def sign_some(some: list[str]) -> None:
        command = ["sh", "-c", script, "sh", ksk.stem, zsk.stem, *some]
        subprocess.run(command, cwd=folder, check=True)

    batches = [zones[start : start + BATCH] for start in range(0, len(zones), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(sign_some, batches))


def sign_above(
    folder: Path, zone: str, hosts: dict[str, int], keys: list[Key], more: list[str]
) -> Path:
    """Signs the root or the TLD; gives the signed file."""
    file = folder / ("root.zone" if zone == "." else f"{zone}zone")
    file.write_text("\n".join(master_file(zone, list(hosts), keys) + more) + "\n")
    ksk, zsk = keys
    file.write_text(sign(zone, file, [ksk], zsk, Signing()))
    return file


def build(folder: Path, network: str, count: int, silent: int) -> list[dict[str, Any]]:
    """Builds the tree in a folder; gives the documents of its zones."""
    keys = folder / "keys"
    keys.mkdir()

    def pair(zone: str) -> list[Key]:
        return [make_key(zone, keys, ksk) for ksk in (True, False)]

    def addresses(hosts: dict[str, int]) -> list[str]:
        return [f"{host} A {network}.{number}" for host, number in hosts.items()]

    root, tld, shared = pair("."), pair(TLD), pair(TLD)
    zones = {f"zone-{number:05}.{TLD}": delegation_set(number, silent) for number in range(count)}
    files = folder / "zones"
    files.mkdir()
    delegations = []
    for zone, hosts in zones.items():
        lines = [*master_file(zone, hosts, shared), "@ A 192.0.2.1", "www A 192.0.2.2"]
        (files / f"{zone}unsigned").write_text("\n".join(lines) + "\n")
        delegations += [
            *(f"{zone} NS {host}" for host in hosts),
            f"{zone} DS {ds_of(zone, shared[0])}",
        ]
    sign_all(files, list(zones), *shared)
    in_tld = {host: number for host, number in HOSTS.items() if is_below(host, TLD)}
    tld_file = sign_above(folder, TLD, TLD_HOSTS, tld, addresses(in_tld) + delegations)
    delegation = [*(f"{TLD} NS {host}" for host in TLD_HOSTS), f"{TLD} DS {tld[0].ds()}"]
    above = addresses({**ROOT_HOSTS, **TLD_HOSTS}) + delegation
    root_file = sign_above(folder, ".", ROOT_HOSTS, root, above)
    write_anchors(
        folder, {host: f"{network}.{number}" for host, number in ROOT_HOSTS.items()}, root[0]
    )

    def content(hosts: dict[str, int], served: dict[str, Path]) -> Content:
        zone_files = {zone: str(file) for zone, file in served.items()}
        return Content([f"{network}.{number}" for number in hosts.values()], zone_files)

    Layout(
        [
            content(ROOT_HOSTS, {".": root_file}),
            content(TLD_HOSTS, {TLD: tld_file}),
            content(ZONE_HOSTS, {zone: files / f"{zone}zone" for zone in zones}),
        ],
        [f"{network}.{HOSTS[SILENT_HOST]}"],
    ).write(folder / LAYOUT)
    held = ksk_document(shared[0], "ksk1", "ACTIVE", 90)
    return [document(zone, hosts, ds_of(zone, shared[0]), held) for zone, hosts in zones.items()]


def document(zone: str, hosts: list[str], ds: str, ksk: dict[str, Any]) -> dict[str, Any]:
    """What is known of a zone, given the document of its KSK but for the DS."""
    held = ksk | {"digest_value": ds.split()[3], "ds_record": ds}
    return {
        "name": zone,
        "case": "one of many",
        "expected": SECURE,
        "expected_delegation_set": hosts,
        "parent_ns": hosts,
        "parent_ds": [ds],
        "aws": {"delegation_set": hosts, "serve_signature": "SIGNING", "ksks": [held]},
        "delv": None,
        "unbound": None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--zones", type=int, default=10_000)
    parser.add_argument("--silent", type=int, default=0)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    require_tools()
    folder = arguments.folder.resolve()
    folder.mkdir(exist_ok=True)
    port = arguments.port or free_port()
    network = f"127.{port >> 8}.{port & 255}"
    zones = build(folder, network, arguments.zones, arguments.silent)
    step = max(1, len(zones) // max(1, arguments.sample))
    sample = zones[::step][: arguments.sample]
    if sample:
        asked = {zone["name"]: {"soa": [zone["name"], "SOA"]} for zone in sample}
        said = ask_peers(folder, network, asked, at_once=1)
        for zone in sample:
            zone.update(said[zone["name"]])
    with Servers(Layout.read(folder / LAYOUT), folder, port, processes=2) as servers:
        tree = {
            "root_hints": str(folder / ROOT_HINTS),
            "trust_anchor": str(folder / TRUST_ANCHOR),
            "port": port,
            "ipv6": servers.ipv6,
            "zones": zones,
        }
        print(json.dumps(tree), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
