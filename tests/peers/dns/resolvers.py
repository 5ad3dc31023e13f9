"""What BIND's delv and Unbound make of a tree: a verdict for every question.

    resolvers.py FOLDER NETWORK AT_ONCE

FOLDER is one that `build` filled, NETWORK the first three octets of its addresses. Reads the
questions as JSON on standard input, asks AT_ONCE at a time, and prints the verdicts as JSON.

Resolvers ask name servers on port 53 only, so the tree is served there meanwhile: in a network
namespace of this program's own, or where it may take the port.
"""

from __future__ import annotations

import fcntl
import json
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from files import BIND_ANCHORS, LAYOUT, ROOT_HINTS, TRUST_ANCHOR
from servers import Daemon, Layout, Servers, free_port
from zones import BOGUS, INDETERMINATE, INSECURE, SECURE

PORT = 53
Questions = dict[str, dict[str, list[str]]]
Said = dict[str, Any]
Verdicts = dict[str, dict[str, dict[str, Said]]]

# A resolver takes some seconds to give up servers that never answer, and answers none but a query
# that is younger than two seconds (Unbound's discard-timeout): it is asked again, as clients do.
PATIENCE_SECONDS = 60
TRY_SECONDS = 3

# BIND's words for what ends a resolution (lib/isc/result.c).
DELV_FAILURES = {
    "RRSIG failed to verify": BOGUS,
    "RRSIG has expired": BOGUS,
    "RRSIG validity period has not begun": BOGUS,
    "broken trust chain": BOGUS,
    "insecurity proof failed": BOGUS,
    "no valid DS": BOGUS,
    "no valid KEY": BOGUS,
    "no valid NSEC": BOGUS,
    "no valid RRSIG": BOGUS,
    "SERVFAIL": INDETERMINATE,
    "failure": INDETERMINATE,
    "timed out": INDETERMINATE,
}


@contextmanager
def bind_resolver(tree: Path) -> Iterator[int]:
    """A `named` that resolves and does not validate, for delv, which needs one; gives its port.

    It listens on 127.0.0.1: named takes an address of an interface only.
    """
    port = free_port()
    folder = tree / "bind-resolver"
    folder.mkdir()
    (folder / "named.conf").write_text(f"""options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file none;
    session-keyfile none;
    lock-file none;
    recursion yes;
    allow-query {{ any; }};
    allow-recursion {{ any; }};
    dnssec-validation no;
    empty-zones-enable no;
    max-cache-ttl 3600;
}};
controls {{ }};
logging {{ category default {{ default_stderr; }}; }};
zone "." {{ type hint; file "{tree / ROOT_HINTS}"; }};
""")
    with Daemon("resolver", ["named", "-f", "-n", "1", "-c", "named.conf"], folder) as named:
        named.await_answer("127.0.0.1", port)
        yield port


@contextmanager
def unbound(tree: Path, address: str, ipv6: bool) -> Iterator[None]:
    """An Unbound that validates from the tree's trust anchor."""
    folder = tree / "unbound"
    folder.mkdir()
    (folder / "unbound.conf").write_text(f"""server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: ""
    verbosity: 1
    val-log-level: 2
    num-threads: 1
    interface: {address}
    port: {PORT}
    do-ip6: {"yes" if ipv6 else "no"}
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    root-hints: "{tree / ROOT_HINTS}"
    trust-anchor-file: "{tree / TRUST_ANCHOR}"
    # A clock that is right needs no allowance.
    val-sig-skew-min: 0
    val-sig-skew-max: 0
    # Servers that never answer are given up within seconds.
    infra-cache-max-rtt: 1000
    # One question's denial must not answer another.
    aggressive-nsec: no
    ede: yes
    local-zone: "test." nodefault
remote-control:
    control-enable: no
""")
    with Daemon("unbound", ["unbound", "-d", "-p", "-c", "unbound.conf"], folder) as daemon:
        daemon.await_answer(address, PORT)
        yield


def ask_delv(tree: Path, port: int, name: str, kind: str) -> Said:
    """The verdict of delv, with what it printed of it."""
    anchors = tree / BIND_ANCHORS
    command = ["delv", "@127.0.0.1", "-p", str(port), "-a", str(anchors), "+root=.", name, kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    verdict, said = read_delv(done.stdout, done.stderr)
    return {"verdict": verdict, "said": said}


def read_delv(output: str, errors: str) -> tuple[str, str]:
    """The verdict in what delv printed, and the words that it is read from."""
    said = re.findall(
        r"^; ((?:negative response, )?(?:fully validated|unsigned answer))", output, re.M
    )
    if said:
        unsigned = [line for line in said if "unsigned" in line]
        return (INSECURE, unsigned[0]) if unsigned else (SECURE, said[0])
    if "; negative response, signed answer, pending validation" in output:
        # The proof holds, but not everything beside it does.
        return INDETERMINATE, "negative response, signed answer, pending validation"
    failure = re.search(r"^;; resolution failed: (.*)$", errors, re.M)
    if not failure:
        return "unread", output + errors
    return DELV_FAILURES.get(failure[1], "unread"), failure[1]


def ask_unbound(resolver: str, name: str, kind: str) -> Said:
    """The verdict of Unbound, with the response code and the extended errors (RFC 8914)."""
    answer = _query(resolver, name, kind, cd=False)
    if answer is None:
        return {"verdict": INDETERMINATE, "said": "no answer"}
    extended = [
        f"EDE {option.code}" + (f" ({option.text})" if option.text else "")
        for option in answer.options
        if option.otype == dns.edns.OptionType.EDE
    ]
    rcode = dns.rcode.to_text(answer.rcode())
    said = " ".join([rcode, *extended])
    if answer.rcode() == dns.rcode.SERVFAIL:
        unchecked = _query(resolver, name, kind, cd=True)
        reached = unchecked is not None and unchecked.rcode() != dns.rcode.SERVFAIL
        return {"verdict": BOGUS if reached else INDETERMINATE, "said": said}
    return {"verdict": SECURE if answer.flags & dns.flags.AD else INSECURE, "said": said}


def _query(resolver: str, name: str, kind: str, *, cd: bool) -> dns.message.Message | None:
    query = dns.message.make_query(name, kind, want_dnssec=True)
    query.flags |= dns.flags.AD
    if cd:
        query.flags |= dns.flags.CD
    for _ in range(PATIENCE_SECONDS // TRY_SECONDS):
        try:
            return dns.query.udp_with_fallback(
                query, resolver, port=PORT, timeout=TRY_SECONDS, ignore_unexpected=True
            )[0]
        except dns.exception.Timeout:
            continue
    return None


def verdicts(tree: Path, questions: Questions, network: str, at_once: int) -> Verdicts:
    """What both say: verdicts by zone, peer and question."""
    asked = [
        (zone, label, question)
        for zone, of_zone in questions.items()
        for label, question in of_zone.items()
    ]
    said: Verdicts = {zone: {"delv": {}, "unbound": {}} for zone in questions}
    address = f"{network}.254"
    with (
        Servers(Layout.read(tree / LAYOUT), tree, PORT) as servers,
        bind_resolver(tree) as port,
        unbound(tree, address, servers.ipv6),
        ThreadPoolExecutor(at_once) as pool,
    ):

        def ask(one: tuple[str, str, list[str]]) -> None:
            zone, label, question = one
            said[zone]["delv"][label] = timed(lambda: ask_delv(tree, port, *question))
            said[zone]["unbound"][label] = timed(lambda: ask_unbound(address, *question))

        # Unbound asks no server that a bogus NS names, so that question is the last.
        for last in (False, True):
            list(pool.map(ask, [one for one in asked if (one[1] == "ns") == last]))
    return said


def timed(ask: Callable[[], Said]) -> Said:
    """What is said, with the seconds that it took."""
    start = time.monotonic()
    said = ask()
    return said | {"seconds": round(time.monotonic() - start, 3)}


def raise_loopback() -> None:
    """Brings the loopback interface up, as it is not in a new network namespace (netdevice(7))."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        if not flags & up:
            fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def main() -> None:
    folder, network, at_once = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    raise_loopback()
    json.dump(verdicts(folder, json.load(sys.stdin), network, at_once), sys.stdout)


if __name__ == "__main__":
    main()
