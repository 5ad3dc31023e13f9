"""Walks the simulated tree from its root, as a resolver does, and asks its servers with dig."""

import pathlib
import subprocess
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

TIMEOUT = 10


@dataclass
class Tree:
    """A running simulator and the DNS that it serves."""

    simulator: object
    directory: pathlib.Path
    port: int
    # The addresses of the servers of every zone met, by its name.
    zones: dict = field(default_factory=dict)
    hosts: dict = field(default_factory=dict)

    @property
    def root_hints(self):
        return (self.directory / "root.hints").read_text()

    @property
    def trust_anchor(self):
        return (self.directory / "root.ds").read_text()

    def ask(self, address, name, rdtype, tcp=False, timeout=TIMEOUT, **options):
        """The answer of one server."""
        query = dns.message.make_query(name, rdtype, want_dnssec=True, **options)
        query.flags &= ~dns.flags.RD
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, address, timeout=timeout, port=self.port)

    def dig(self, address, *arguments):
        """What dig prints of the answer of one server."""
        return subprocess.run(
            ["dig", f"@{address}", "-p", str(self.port), "+norec", *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    def root(self):
        """The addresses of the root's servers, as the hints say."""
        return [
            line.split()[3]
            for line in self.root_hints.splitlines()
            if line.split()[2] == "A"
        ]

    def walk(self, name):
        """The zone that a name is in and the addresses of its servers, from the root down."""
        name = dns.name.from_text(name) if isinstance(name, str) else name
        apex, addresses = dns.name.root, self.root()
        self.zones[apex] = addresses
        for _ in range(10):
            answer = self.first_answer(addresses, name)
            if answer is None or answer.flags & dns.flags.AA:
                return apex, addresses
            (delegation,) = [
                rrset
                for rrset in answer.authority
                if rrset.rdtype == dns.rdatatype.NS
            ]
            glue = {
                rrset.name: rrset[0].address
                for rrset in answer.additional
                if rrset.rdtype == dns.rdatatype.A
            }
            apex = delegation.name
            addresses = [
                glue.get(server.target) or self.address(server.target)
                for server in delegation
            ]
            self.zones[apex] = addresses
        raise AssertionError(f"{name} is referred to and fro")

    def first_answer(self, addresses, name):
        """The answer of the first server that knows the zone."""
        for address in addresses:
            try:
                answer = self.ask(address, name, "SOA")
            except dns.exception.Timeout:
                continue
            if answer.rcode() != dns.rcode.REFUSED:
                return answer
        return None

    def address(self, host):
        """The address of a name server, found as any other name is."""
        if host not in self.hosts:
            _, addresses = self.walk(host)
            answer = self.ask(addresses[0], host, "A")
            (rrset,) = [a for a in answer.answer if a.rdtype == dns.rdatatype.A]
            self.hosts[host] = rrset[0].address
        return self.hosts[host]

    def server(self, name, nth=0):
        """The address of a server of the zone that a name is in."""
        return self.walk(name)[1][nth]
