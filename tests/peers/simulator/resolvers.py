"""BIND and Unbound as validating resolvers of the simulated tree."""

import contextlib
import re
import shutil
import socket
import subprocess
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

# Debian keeps them where the search path of a user does not lead.
PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

# A port that was free may be taken before it is listened on: any connection's near end has one.
ATTEMPTS = 5


def asker(port):
    """A function that gives the verdict on a name and type: secure, insecure, bogus or nothing."""

    def answer(name, rdtype, checking=True):
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        query.flags |= dns.flags.AD
        if not checking:
            query.flags |= dns.flags.CD
        for _ in range(4):
            # On a busy machine Unbound hangs up after 30 s, and goes on with what it was asked.
            with contextlib.suppress(EOFError, ConnectionError):
                return dns.query.tcp(query, "127.0.0.1", timeout=60, port=port)
        raise AssertionError(f"no answer for {name} {rdtype}")

    def verdict(name, rdtype="SOA"):
        answered = answer(name, rdtype)
        if answered.rcode() == dns.rcode.SERVFAIL:
            unchecked = answer(name, rdtype, checking=False).rcode()
            return "unreachable" if unchecked == dns.rcode.SERVFAIL else "bogus"
        return "secure" if answered.flags & dns.flags.AD else "insecure"

    verdict.answer = answer
    return verdict


def started(launch, log):
    """Starts a resolver by `launch(port, output)`; gives its process and port once it answers."""
    for attempt in range(1, ATTEMPTS + 1):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with open(log, "w") as output:
            process = launch(port, output)
        if answers(process, port, log):
            return process, port
        stop(process)
        assert taken(log) and attempt < ATTEMPTS, log.read_text()


def answers(process, port, log):
    """Waits for a resolver to answer over TCP; false where it ended or was refused its port."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, dns.exception.DNSException, EOFError):
            query = dns.message.make_query("version.bind", "TXT", "CH")
            dns.query.tcp(query, "127.0.0.1", timeout=5, port=port)
            return True
        # BIND goes on without the port, and never answers there.
        if taken(log):
            return False
    return False


def taken(log):
    """Whether a resolver said that its port belongs to another."""
    return re.search("address (already )?in use", log.read_text(), re.IGNORECASE)


def stop(process):
    process.terminate()
    process.wait(timeout=30)


@contextlib.contextmanager
def running(launch, log):
    """Runs a resolver until the block ends; begins the block when it answers."""
    process, port = started(launch, log)
    try:
        yield asker(port)
    finally:
        stop(process)


@contextlib.contextmanager
def named(tree, directory):
    """BIND asks every server on the tree's port, from the root hints down."""
    (directory / "root.hints").write_text(tree.root_hints)
    tag, algorithm, kind, digest = tree.trust_anchor.split()[3:]
    configuration = directory / "named.conf"

    def launch(port, output):
        configuration.write_text(
            f"""
            options {{
                directory "{directory}"; pid-file none; session-keyfile none;
                port {tree.port};
                listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
                recursion yes; dnssec-validation yes; empty-zones-enable no;
            }};
            controls {{ }};
            trust-anchors {{ "." static-ds {tag} {algorithm} {kind} "{digest}"; }};
            zone "." {{ type hint; file "{directory}/root.hints"; }};
            """
        )
        command = [shutil.which("named", path=PATH), "-g", "-c", configuration]
        return subprocess.Popen(command, stdout=output, stderr=output)

    with running(launch, directory / "named.log") as ask:
        yield ask


@contextlib.contextmanager
def unbound(tree, directory):
    """Unbound follows referrals to port 53 only, so every zone that a walk met is a stub of it."""
    (directory / "root.ds").write_text(tree.trust_anchor)
    stubs = "".join(
        f'stub-zone:\n  name: "{apex}"\n  stub-prime: no\n'
        + "".join(f"  stub-addr: {address}@{tree.port}\n" for address in set(addresses))
        for apex, addresses in tree.zones.items()
    )
    configuration = directory / "unbound.conf"

    def launch(port, output):
        configuration.write_text(
            f"""
server:
  interface: 127.0.0.1@{port}
  port: {port}
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  do-not-query-localhost: no
  trust-anchor-file: "{directory}/root.ds"
  module-config: "validator iterator"
remote-control:
  control-enable: no
{stubs}"""
        )
        command = [shutil.which("unbound", path=PATH), "-d", "-c", configuration]
        return subprocess.Popen(command, stdout=output, stderr=output)

    with running(launch, directory / "unbound.log") as ask:
        yield ask
