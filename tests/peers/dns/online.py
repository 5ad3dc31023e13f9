"""A name server that signs as it answers, as Route 53 does: it denies no name, only types.

    online.py ADDRESS PORT ZONE FILE KSK ZSK

FILE is the zone before signing, with its DNSKEY records; KSK and ZSK are files of dnssec-keygen
without their suffix. A name that does not exist gets an NSEC that says that it has no records
("black lies", RFC 9824), under signatures that live as long as Route 53's.
"""

from __future__ import annotations

import base64
import socketserver
import sys
import threading
import time
from pathlib import Path

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdtypes.ANY.NSEC import NSEC

from signing import Key
from zones import HOUR

DENIAL_TTL = 900


class OnlineZone:
    """A zone whose answers are signed one by one."""

    def __init__(self, origin: str, file: Path, ksk: Path, zsk: Path) -> None:
        self.origin = dns.name.from_text(origin)
        self.zone = dns.zone.from_file(str(file), self.origin, relativize=False)
        self.ksk = signer(Key(origin, ksk))
        self.zsk = signer(Key(origin, zsk))

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to a query."""
        response = dns.message.make_response(query)
        question = query.question[0]
        if not question.name.is_subdomain(self.origin):
            response.set_rcode(dns.rcode.REFUSED)
            return response
        response.flags |= dns.flags.AA
        signed = bool(query.ednsflags & dns.flags.DO)
        found = self.zone.get_rrset(question.name, question.rdtype)
        if found is not None:
            self._add(response.answer, found, signed)
            return response
        self._add(response.authority, self.zone.get_rrset(self.origin, "SOA"), signed)
        if signed:
            self._add(response.authority, self._denial(question.name), signed)
        return response

    def _add(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset, signed: bool) -> None:
        section.append(rrset)
        if not signed:
            return
        is_dnskey = rrset.rdtype == dns.rdatatype.DNSKEY
        private_key, dnskey = self.ksk if is_dnskey else self.zsk
        now = int(time.time())
        lifetime = 11 * HOUR if is_dnskey else rrset.ttl + 2 * HOUR
        signature = dns.dnssec.sign(
            rrset, private_key, self.origin, dnskey, now - HOUR, now - HOUR + lifetime
        )
        section.append(dns.rrset.from_rdata(rrset.name, rrset.ttl, signature))

    def _denial(self, name: dns.name.Name) -> dns.rrset.RRset:
        node = self.zone.get_node(name)
        held = {rdataset.rdtype for rdataset in node} if node else set()
        types = held | {dns.rdatatype.RRSIG, dns.rdatatype.NSEC}
        following = dns.name.Name([b"\0", *name.labels])
        text = " ".join([following.to_text(), *map(dns.rdatatype.to_text, sorted(types))])
        nsec = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.NSEC, text)
        assert isinstance(nsec, NSEC)
        return dns.rrset.from_rdata(name, DENIAL_TTL, nsec)


def signer(key: Key) -> tuple[ec.EllipticCurvePrivateKey, dns.rdata.Rdata]:
    """The private key and the DNSKEY of a key."""
    number = int.from_bytes(base64.b64decode(key.private_key))
    dnskey = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, key.dnskey)
    return ec.derive_private_key(number, ec.SECP256R1()), dnskey


def serve(zone: OnlineZone, address: str, port: int) -> None:
    """Answers over UDP and TCP for ever."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            octets, socket = self.request
            query = dns.message.from_wire(octets)
            answer = zone.answer(query).to_wire()
            if len(answer) > (query.payload if query.edns >= 0 else 512):
                truncated = dns.message.make_response(query)
                truncated.flags |= dns.flags.TC
                answer = truncated.to_wire()
            socket.sendto(answer, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while length := self.rfile.read(2):
                query = dns.message.from_wire(self.rfile.read(int.from_bytes(length)))
                answer = zone.answer(query).to_wire()
                self.wfile.write(len(answer).to_bytes(2) + answer)

    class TcpServer(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with (
        TcpServer((address, port), Tcp) as tcp,
        socketserver.UDPServer((address, port), Udp) as udp,
    ):
        threading.Thread(target=tcp.serve_forever, daemon=True).start()
        udp.serve_forever()


def main() -> None:
    address, port, origin, *files = sys.argv[1:]
    serve(OnlineZone(origin, *map(Path, files)), address, int(port))


if __name__ == "__main__":
    main()
