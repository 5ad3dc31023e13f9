"""A DNS tree on loopback with every state of a chain of trust, as BIND's delv and Unbound see it.

    tree.py FOLDER [--port PORT] [--without-peers]

Builds the tree in FOLDER, asks the peers, serves it, prints one line of JSON once all of it
answers, and serves until its standard input closes. Every name server has an address of its own
in 127.0.0.0/8, all on one port; the peers are asked on port 53, in a network namespace or, where
there can be none, directly. Ends with 77 where a program is missing. The JSON:

root_hints, trust_anchor, port
    what the scanner needs: two master files (NS and A; DS), and the port of every server
ipv6
    whether the host has ::1, and so the server with IPv6 only answers
disagreements
    verdicts of the peers that are neither expected nor explained; none, or the tree is wrong
zones
    name, case, and:
    expected                verdict over SOA, NS and DNSKEY
    also                    verdicts that are right, too, where the servers disagree
    questions, answers      name and type of each question, and its verdict
    parent_ns, parent_ds    what the parent has; no NS: not delegated
    expected_delegation_set, aws    what AWS is to hold; aws is null for what is no hosted zone
    findings, symptoms      the rules that fail then: causes, and what they explain
    also_symptoms           more symptoms, where the verdict is one of also
    unknown                 the rules of which nothing can be said then
    delv, unbound           verdict, words and seconds by question; null without the peers
    differs                 peer, verdict, questions, and why a peer is not what is expected
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from build import Tree, build
from cases import ZONES
from files import LAYOUT, ROOT_HINTS, TRUST_ANCHOR
from servers import Layout, Servers, free_port
from signing import SPKI_HEADER, Key
from tools import require_tools
from zones import Zone

HERE = Path(__file__).parent
QUESTIONS_AT_ONCE = 24


def questions(zone: Zone) -> dict[str, list[str]]:
    """What is asked of a zone, by what the question is called: name and type."""

    def below(label: str) -> str:
        return f"{label}." if zone.name == "." else f"{label}.{zone.name}"

    asked = {
        "soa": [zone.name, "SOA"],
        "ns": [zone.name, "NS"],
        "dnskey": [zone.name, "DNSKEY"],
        "ds": [zone.name, "DS"],
        "a": [zone.name, "A"],
        "www": [below("www"), "A"],
        "no_such_name": [below("no-such-name"), "A"],
        "no_such_type": [zone.name, "HINFO"],
    }
    return asked | {f"{label} {kind}": [below(label), kind] for label, kind in zone.questions}


def ask_peers(
    folder: Path, network: str, asked: dict[str, dict[str, list[str]]], at_once: int
) -> dict[str, Any]:
    """The verdicts of delv and Unbound; see resolvers.py."""
    arguments = [str(folder), network, str(at_once)]
    command = [sys.executable, str(HERE / "resolvers.py"), *arguments]
    isolate = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*isolate, "true"], capture_output=True).returncode == 0:
        command = isolate + command
    done = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("the peers were not asked")
    return json.loads(done.stdout)


def expected(tree: Tree, zone: Zone) -> dict[str, str]:
    """The verdict of every question of a zone."""
    parent = tree.parent(zone)
    answers = {}
    for label in questions(zone):
        # The parent answers for the DS.
        of = parent if label == "ds" and parent else zone
        answers[label] = zone.answers.get(label, of.expected)
    return answers


def ksk_document(key: Key, name: str, status: str, age_days: int) -> dict[str, Any]:
    """What GetDNSSEC and GetPublicKey say of a KSK, and the key that a simulator would hold."""
    created = datetime.now(UTC) - timedelta(days=age_days)
    tag, _, _, digest = key.ds().split()
    point = base64.b64decode(key.public_key)
    return {
        "name": name,
        "status": status,
        "created_date": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "key_tag": int(tag),
        "digest_value": digest,
        "ds_record": key.ds(),
        "dnskey_record": key.dnskey,
        "public_key": key.public_key,
        "spki": base64.b64encode(SPKI_HEADER + point).decode(),
        "private_key": key.private_key,
    }


def aws_side(tree: Tree, zone: Zone) -> dict[str, Any]:
    """What GetHostedZone, GetDNSSEC and GetPublicKey say of a hosted zone."""
    held = enumerate(zip(zone.ksks, tree.ksks[zone.name], strict=True), 1)
    return {
        "delegation_set": zone.delegation_set,
        "serve_signature": zone.serve_signature,
        "ksks": [
            ksk_document(key, f"ksk{number}", ksk.status, ksk.age_days)
            for number, (ksk, key) in held
            if ksk.status is not None
        ],
    }


def zone_document(tree: Tree, zone: Zone, said: dict[str, Any]) -> dict[str, Any]:
    """All that is known of a zone."""
    return {
        "name": zone.name,
        "case": zone.case,
        "expected": zone.expected,
        "answers": expected(tree, zone),
        "also": zone.also,
        "expected_delegation_set": zone.delegation_set if zone.hosted else zone.ns,
        "parent_ns": zone.ns,
        "parent_ds": tree.ds(zone),
        "aws": aws_side(tree, zone) if zone.hosted else None,
        "findings": zone.findings,
        "symptoms": zone.symptoms,
        "also_symptoms": zone.also_symptoms,
        "unknown": zone.unknown,
        "questions": questions(zone),
        "delv": said.get("delv"),
        "unbound": said.get("unbound"),
        "differs": [asdict(difference) for difference in zone.differs],
    }


def disagreements(document: dict[str, Any]) -> list[str]:
    """Verdicts of the peers that are neither expected nor explained."""
    found = []
    for zone in document["zones"]:
        known = {
            (one["peer"], question): one["verdict"]
            for one in zone["differs"]
            for question in one["questions"]
        }
        for peer in ("delv", "unbound"):
            for question, said in (zone[peer] or {}).items():
                wanted = known.pop((peer, question), zone["answers"][question])
                if said["verdict"] not in (wanted, *zone["also"]):
                    found.append(f"{zone['name']} {question}: {peer} {said}, expected {wanted}")
        if zone["delv"] and known:
            found.append(f"{zone['name']}: differences that are never asked for: {known}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("--without-peers", action="store_true")
    arguments = parser.parse_args()
    require_tools()
    folder = arguments.folder.resolve()
    folder.mkdir(exist_ok=True)
    port = arguments.port or free_port()
    # A port is one tree's alone, and so are the addresses that it gives.
    network = f"127.{port >> 8}.{port & 255}"
    tree = build(ZONES, folder, network)
    said = {}
    if not arguments.without_peers:
        asked = {zone.name: questions(zone) for zone in tree.zones}
        said = ask_peers(folder, network, asked, QUESTIONS_AT_ONCE)
    with Servers(Layout.read(folder / LAYOUT), folder, port) as servers:
        document = {
            "root_hints": str(folder / ROOT_HINTS),
            "trust_anchor": str(folder / TRUST_ANCHOR),
            "port": port,
            "ipv6": servers.ipv6,
            "zones": [zone_document(tree, zone, said.get(zone.name, {})) for zone in tree.zones],
        }
        document["disagreements"] = disagreements(document)
        print(json.dumps(document), flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
