"""BIND and Unbound as validating resolvers of the simulated tree."""

import contextlib
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


@contextlib.contextmanager
def running(command, port, log):
    """Runs a resolver until the block ends; begins the block when it answers."""
    with open(log, "w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            with contextlib.suppress(OSError, dns.exception.DNSException, EOFError):
                query = dns.message.make_query("version.bind", "TXT", "CH")
                dns.query.tcp(query, "127.0.0.1", timeout=5, port=port)
                break
            assert time.monotonic() < deadline, log.read_text()
        yield asker(port)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def named(tree, directory):
    """BIND asks every server on the port that it listens on itself, from the root hints down."""
    (directory / "root.hints").write_text(tree.root_hints)
    tag, algorithm, kind, digest = tree.trust_anchor.split()[3:]
    configuration = directory / "named.conf"
    configuration.write_text(
        f"""
        options {{
            directory "{directory}"; pid-file none; session-keyfile none;
            port {tree.port};
            listen-on port {tree.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
            recursion yes; dnssec-validation yes; empty-zones-enable no;
        }};
        controls {{ }};
        trust-anchors {{ "." static-ds {tag} {algorithm} {kind} "{digest}"; }};
        zone "." {{ type hint; file "{directory}/root.hints"; }};
        """
    )
    command = [shutil.which("named", path=PATH), "-g", "-c", configuration]
    with running(command, tree.port, directory / "named.log") as ask:
        yield ask


@contextlib.contextmanager
def unbound(tree, directory):
    """Unbound follows referrals to port 53 only, so every zone that a walk met is a stub of it."""
    (directory / "root.ds").write_text(tree.trust_anchor)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stubs = "".join(
        f'stub-zone:\n  name: "{apex}"\n  stub-prime: no\n'
        + "".join(f"  stub-addr: {address}@{tree.port}\n" for address in set(addresses))
        for apex, addresses in tree.zones.items()
    )
    configuration = directory / "unbound.conf"
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
    with running(command, port, directory / "unbound.log") as ask:
        yield ask

