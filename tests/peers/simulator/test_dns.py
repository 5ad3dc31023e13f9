"""The DNS of the simulator against dig, BIND and Unbound, and against its own Route 53."""

import datetime
import re
import socket

import dns.dnssec
import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from conftest import close, launch_tree
from resolvers import named, unbound

ZONES = "222233334444"
WEEK = 604800


def lines(text):
    """The records of what dig printed, their white space made one."""
    return [
        " ".join(line.split())
        for line in text.splitlines()
        if line and not line.startswith(";")
    ]


def status(text):
    return re.search(r"status: (\w+)", text)[1]


def flags(text):
    return re.search(r"flags: ([a-z ]*);", text)[1].split()


def sections(text):
    """The types of the records in each section of what dig printed."""
    types = {}
    for part in re.split(r"\n;; (?=[A-Z]+ SECTION:)", text)[1:]:
        name, _, records = part.partition(" SECTION:\n")
        if name == "QUESTION":
            continue
        types[name] = sorted(line.split()[3] for line in lines(records.split("\n\n")[0]))
    return types


# What dig understands of each kind of answer


def test_an_answer_bears_signatures_if_they_are_wanted(tree):
    server = tree.server("www.parent.example")
    signed = tree.dig(server, "+dnssec", "www.parent.example", "A")
    assert (status(signed), flags(signed)) == ("NOERROR", ["qr", "aa"])
    assert sections(signed)["ANSWER"] == ["A", "RRSIG"]
    plain = tree.dig(server, "+nodnssec", "www.parent.example", "A")
    assert sections(plain)["ANSWER"] == ["A"]
    assert "flags: do; udp: 1232" in signed
    assert "flags:; udp: 1232" in plain
    assert "OPT PSEUDOSECTION" not in tree.dig(server, "+noedns", "parent.example", "A")


def test_any_gives_all_that_is_at_a_name(tree):
    server = tree.server("parent.example")
    answer = tree.dig(server, "parent.example", "ANY")
    assert sections(answer)["ANSWER"] == sorted(
        ["SOA", "A", "DNSKEY", "DNSKEY", "MX", "TXT", *["NS"] * 4]
    )


def test_a_name_without_the_type_is_denied_by_an_nsec_of_its_own(tree):
    answer = tree.dig(
        tree.server("parent.example"), "+dnssec", "www.parent.example", "MX"
    )
    assert (status(answer), flags(answer)) == ("NOERROR", ["qr", "aa"])
    assert sections(answer) == {"AUTHORITY": ["NSEC", "RRSIG", "RRSIG", "SOA"]}
    assert (
        "www.parent.example. 900 IN NSEC \\000.www.parent.example. A RRSIG NSEC"
        in lines(answer)
    )


def test_a_signed_hosted_zone_denies_a_name_as_route53_does(tree):
    server = tree.server("parent.example")
    answer = tree.dig(server, "+dnssec", "not.there.parent.example", "A")
    assert (status(answer), flags(answer)) == ("NOERROR", ["qr", "aa"])
    assert (
        "not.there.parent.example. 900 IN NSEC \\000.not.there.parent.example. RRSIG NSEC"
        in lines(answer)
    )
    assert status(tree.dig(server, "not.there.parent.example", "A")) == "NXDOMAIN"
    below = tree.dig(server, "+dnssec", "down.parent.example", "A")
    assert (
        "down.parent.example. 900 IN NSEC \\000.down.parent.example. RRSIG NSEC"
        in lines(below)
    )


def test_an_unsigned_zone_denies_without_proof(tree):
    server = tree.server("left-behind.example")
    answer = tree.dig(server, "+dnssec", "no.left-behind.example", "A")
    assert status(answer) == "NXDOMAIN"
    assert sections(answer) == {"AUTHORITY": ["SOA"]}


def test_a_registry_denies_by_a_chain_of_nsec(tree):
    server = tree.server("example")
    absent = tree.dig(server, "+dnssec", "absent.example", "A")
    assert (status(absent), flags(absent)) == ("NXDOMAIN", ["qr", "aa"])
    # One covers the name, the other one the wildcard that might have stood for it.
    owners = [line.split()[0] for line in lines(absent) if " IN NSEC " in line]
    assert owners == ["example."]
    between = tree.dig(server, "+dnssec", "m.example", "A")
    owners = [line.split()[0] for line in lines(between) if " IN NSEC " in line]
    assert owners == ["left-behind.example.", "example."]
    apex = tree.dig(server, "+dnssec", "example", "TXT")
    assert (status(apex), flags(apex)) == ("NOERROR", ["qr", "aa"])
    (apex_nsec,) = [line for line in lines(apex) if " IN NSEC " in line]
    assert apex_nsec.endswith(" NS SOA RRSIG NSEC DNSKEY")
    empty = tree.dig(server, "+dnssec", "nic.example", "A")
    assert status(empty) == "NOERROR"
    assert "NSEC" in sections(empty)["AUTHORITY"]


def test_a_referral_has_the_ds_and_its_signature(tree):
    answer = tree.dig(tree.server("example"), "+dnssec", "www.parent.example", "A")
    assert (status(answer), flags(answer)) == ("NOERROR", ["qr"])
    assert sections(answer) == {"AUTHORITY": ["DS", *["NS"] * 4, "RRSIG"]}


@pytest.mark.parametrize(
    ("parent", "child", "types"),
    [
        ("example", "left-behind.example", "DS"),
        ("example", "no-ds.example", "NSEC"),
        ("parent.example", "unsigned.parent.example", "NSEC"),
        ("parent.example", "child.parent.example", "DS"),
    ],
)
def test_a_referral_proves_whether_there_is_a_ds(tree, parent, child, types):
    referral = tree.dig(tree.server(parent), "+dnssec", f"www.{child}", "A")
    told = sections(referral)["AUTHORITY"]
    assert sorted(set(told)) == sorted({types, "NS", "RRSIG"})
    assert told.count("RRSIG") == 1
    answer = tree.dig(tree.server(parent), "+dnssec", child, "DS")
    assert flags(answer) == ["qr", "aa"]
    section = "ANSWER" if types == "DS" else "AUTHORITY"
    assert types in sections(answer)[section]


def test_name_servers_in_the_zone_itself_come_with_glue(tree):
    answer = tree.dig(tree.server("example"), "www.in-zone.example", "A")
    glue = [line for line in lines(answer) if " IN A 127." in line]
    assert [line.split()[0] for line in glue] == [
        "ns1.in-zone.example.",
        "ns3.in-zone.example.",
    ]
    own = tree.ask(tree.server("in-zone.example"), "in-zone.example", "NS")
    assert {str(server.target) for server in own.answer[0]} == {
        "ns1.in-zone.example.",
        "ns2.in-zone.example.",
    }


def test_white_label_servers_are_those_of_the_delegation_set_by_address(tree):
    hosted = member(tree).get_hosted_zone(Id="ZWHITELABEL0000000001")
    servers = hosted["DelegationSet"]["NameServers"]
    assert servers == ["ns-9.awsdns-09.com", "ns-1033.awsdns-09.org"]
    addresses = [tree.address(dns.name.from_text(server)) for server in servers]
    assert tree.walk("white-label.example") == (
        dns.name.from_text("white-label.example"),
        addresses,
    )
    own = tree.ask(addresses[0], "white-label.example", "NS")
    assert {str(server.target) for server in own.answer[0]} == {
        "ns1.white-label.example.",
        "ns2.white-label.example.",
    }


def test_a_wildcard_stands_for_names_that_do_not_exist(tree):
    server = tree.server("parent.example")
    answer = tree.dig(server, "+dnssec", "a.b.wild.parent.example", "A")
    assert sections(answer)["ANSWER"] == ["A", "A", "RRSIG"]
    (signature,) = [line for line in lines(answer) if " RRSIG " in line]
    # The labels of the whole name: Route 53 signs what it makes up as if it were there.
    assert signature.startswith("a.b.wild.parent.example. 300 IN RRSIG A 13 5 300 ")


def test_a_cname_is_followed_within_the_zone(tree):
    server = tree.server("parent.example")
    answer = tree.dig(server, "+dnssec", "far.down.parent.example", "A")
    assert sections(answer)["ANSWER"] == ["A", "CNAME", "RRSIG", "RRSIG"]


def test_what_does_not_fit_is_truncated_and_comes_over_tcp(tree):
    server = tree.server("parent.example")
    name = "large.parent.example"
    cut = tree.dig(server, "+ignore", "+dnssec", name, "TXT")
    assert "tc" in flags(cut)
    assert sections(cut) == {}
    whole = tree.dig(server, "+dnssec", name, "TXT")
    assert sections(whole)["ANSWER"] == ["RRSIG", "TXT", "TXT", "TXT"]
    for octets, expected in ((512, True), (1232, False)):
        answer = tree.ask(server, "parent.example", "ANY", payload=octets)
        assert bool(answer.flags & dns.flags.TC) == expected
        assert len(answer.to_wire()) <= octets


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["expired.example", "SOA"], "REFUSED"),
        (["-c", "CH", "version.bind", "TXT"], "REFUSED"),
        (["+opcode=NOTIFY", "parent.example", "SOA"], "NOTIMP"),
        (["+edns=1", "+noednsnegotiation", "parent.example", "SOA"], "BADVERS"),
    ],
    ids=["not its own", "class", "opcode", "version"],
)
def test_what_a_server_does_not_do_is_refused(tree, arguments, expected):
    server = tree.server("parent.example")
    assert status(tree.dig(server, *arguments)) == expected


def test_a_zone_is_not_transferred(tree):
    server = tree.server("parent.example")
    answer = tree.ask(server, "parent.example", "AXFR", tcp=True)
    assert answer.rcode() == dns.rcode.REFUSED


def test_malformed_queries_do_not_stop_a_server(tree):
    server = tree.server("parent.example")
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with client:
        client.settimeout(10)
        for query in (b"", b"\0", b"\xff" * 12, b"\0" * 12, bytes(range(256)) * 16):
            client.sendto(query, (server, tree.port))
        # An answer is no query, and is not answered: two servers would talk for ever.
        client.sendto(b"\x01\x02\x80\0" + b"\0" * 8, (server, tree.port))
        client.sendto(b"\x01\x02\0\0\0\x02" + b"\0" * 6, (server, tree.port))
        received = client.recv(4096)
        while received[:2] != b"\x01\x02":
            received = client.recv(4096)
        assert received[3] & 0x0F == dns.rcode.FORMERR
    assert tree.ask(server, "parent.example", "SOA").rcode() == dns.rcode.NOERROR


def test_a_server_may_be_lame_or_silent_for_a_zone(tree):
    _, (lame, *answering, silent) = tree.walk("half.example")
    assert status(tree.dig(lame, "half.example", "SOA")) == "REFUSED"
    for address in answering:
        assert "aa" in flags(tree.dig(address, "half.example", "SOA"))
    for tcp in (False, True):
        with pytest.raises(dns.exception.Timeout):
            tree.ask(silent, "half.example", "SOA", tcp=tcp, timeout=1)


# Signatures


def window(tree, name, rdtype):
    """The inception and expiration of the signatures of a record set."""
    answer = tree.ask(tree.server(name), name, rdtype)
    signatures = [
        rdata
        for rrset in answer.answer
        if rrset.rdtype == dns.rdatatype.RRSIG
        for rdata in rrset
    ]
    assert signatures
    for signature in signatures:
        yield signature.inception, signature.expiration


def test_signatures_live_as_long_as_those_of_route53(tree):
    now = datetime.datetime.now().timestamp()
    for inception, expiration in window(tree, "child.parent.example", "DNSKEY"):
        assert expiration - inception == 11 * 3600
        assert expiration % 3600 == 0
        assert inception < now < expiration - 3600
    ((inception, expiration),) = window(tree, "child.parent.example", "SOA")
    assert expiration - inception == 900 + 2 * 3600
    assert inception < now < expiration - 900
    ((inception, expiration),) = window(tree, "expired.example", "SOA")
    assert expiration < now


def test_every_active_ksk_signs_the_keys_and_no_other_is_served(tree):
    def served(name):
        answer = tree.ask(tree.server(name), name, "DNSKEY")
        keys, signatures = answer.answer
        ksks = {dns.dnssec.key_id(key) for key in keys if key.flags == 257}
        return ksks, {signature.key_tag for signature in signatures}

    ksks, signers = served("child.parent.example")
    assert len(ksks) == 2
    assert ksks == signers
    ksks, signers = served("inactive.example")
    assert len(ksks) == 1
    assert ksks == signers


# The verdicts of validating resolvers

DEMO = {
    "example.com": "secure",
    "api.example.com": "secure",
    "shop.example.com": "secure",
    "trust.example.org": "secure",
    "pay.example.org": "secure",
    "checkout.example.org": "secure",
    "data.example.net": "secure",
    "ingest.example.net": "secure",
    "insights.example.net": "secure",
    "agency.example.net": "secure",
    "newsletter.example.net": "insecure",
    "brand.example.net": "insecure",
    "subsidiary.example": "insecure",
    "campaigns.example.net": "bogus",
    "export.example.net": "bogus",
}


RESOLVERS = pytest.mark.parametrize("resolver", [named, unbound])


@RESOLVERS
def test_resolvers_agree_on_the_zones_of_the_demonstration(
    demo_tree, tmp_path, resolver
):
    for zone in DEMO:
        demo_tree.walk(zone)
    with resolver(demo_tree, tmp_path) as verdict:
        assert {zone: verdict(zone) for zone in DEMO} == DEMO


VERDICTS = {
    "parent.example": "secure",
    "www.parent.example A": "secure",
    "not.there.parent.example A": "secure",
    "down.parent.example A": "secure",
    "any.wild.parent.example A": "secure",
    "wild.parent.example A": "secure",
    "far.down.parent.example A": "secure",
    "large.parent.example TXT": "secure",
    "ds-alone.parent.example DS": "secure",
    "child.parent.example": "secure",
    "www.child.parent.example A": "secure",
    "unsigned.parent.example": "insecure",
    "inactive.example": "secure",
    "no-ds.example": "insecure",
    "wrong-digest.example": "bogus",
    "above-broken.wrong-digest.example": "bogus",
    "stale-only.example": "bogus",
    "stale-beside.example": "secure",
    "left-behind.example": "bogus",
    "sha-1.example": "secure",
    "sha-384.example": "secure",
    "expired.example": "bogus",
    "half.example": "secure",
    "lame.example": "unreachable",
    "nowhere.example": "secure",
    "elsewhere.example": "insecure",
    "elsewhere-with-ds.example": "bogus",
    "in-zone.example": "secure",
    "white-label.example": "secure",
    "twice.example": "secure",
    "example": "secure",
    "nic.example": "secure",
    "absent.example": "secure",
    ".": "secure",
    "awsdns-07.com": "insecure",
}


@RESOLVERS
def test_resolvers_agree_on_every_fault(tree, tmp_path, resolver):
    for asked in VERDICTS:
        tree.walk(asked.partition(" ")[0])
    with resolver(tree, tmp_path) as verdict:
        assert {asked: verdict(*asked.split()) for asked in VERDICTS} == VERDICTS


# DNS and Route 53 say the same


def member(tree):
    return tree.simulator.member("route53", ZONES)


def record_sets(route53, zone):
    paginator = route53.get_paginator("list_resource_record_sets")
    return [
        listed
        for page in paginator.paginate(HostedZoneId=zone)
        for listed in page["ResourceRecordSets"]
    ]


def served_name(name):
    """A name as DNS tools write it: escapes are decimal there, and octal at AWS."""
    return dns.name.from_text(
        re.sub(r"\\([0-7]{3})", lambda octal: f"\\{int(octal[1], 8):03}", name)
    )


def test_every_record_set_that_route53_lists_is_what_its_servers_answer(tree):
    route53 = member(tree)
    compared = 0
    for zone in route53.list_hosted_zones()["HostedZones"]:
        if zone["Config"]["PrivateZone"]:
            continue
        servers = route53.get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]
        address = tree.address(dns.name.from_text(servers[1]))
        if zone["Name"] == "lame.example.":
            continue
        for listed in record_sets(route53, zone["Id"]):
            if "AliasTarget" in listed:
                continue
            name = served_name(listed["Name"])
            answer = tree.ask(address, name, listed["Type"], tcp=True)
            told = [*answer.answer, *answer.authority, *answer.additional]
            (served,) = [
                rrset
                for rrset in told
                if rrset.name == name
                and rrset.rdtype == dns.rdatatype.from_text(listed["Type"])
            ]
            # Route 53 serves no longer TTL from a zone that it signs, whatever it was told.
            assert served.ttl == min(listed["TTL"], WEEK), listed
            assert set(served) == {
                dns.rdata.from_text(
                    dns.rdataclass.IN, served.rdtype, record["Value"]
                )
                for record in listed["ResourceRecords"]
            }, listed
            compared += 1
    assert compared > 400


def test_the_delegation_set_is_what_the_parent_names(tree):
    route53 = member(tree)
    for zone in ("ZPARENT00000000000001", "ZTWICELIVE00000000001"):
        hosted = route53.get_hosted_zone(Id=zone)
        servers = {
            dns.name.from_text(name) for name in hosted["DelegationSet"]["NameServers"]
        }
        referral = tree.ask(tree.server("example"), hosted["HostedZone"]["Name"], "A")
        (delegated,) = [r for r in referral.authority if r.rdtype == dns.rdatatype.NS]
        assert {server.target for server in delegated} == servers
        apex = tree.ask(tree.address(min(servers)), hosted["HostedZone"]["Name"], "NS")
        assert {server.target for server in apex.answer[0]} == servers


def test_a_zone_that_is_not_delegated_to_is_served_all_the_same(tree):
    route53 = member(tree)
    for zone in ("ZNOWHERE0000000000001", "ZTWICEDEAD00000000001"):
        hosted = route53.get_hosted_zone(Id=zone)
        name = hosted["HostedZone"]["Name"]
        servers = hosted["DelegationSet"]["NameServers"]
        address = tree.address(dns.name.from_text(servers[0]))
        assert address not in tree.walk(name)[1]
        assert tree.ask(address, name, "SOA").flags & dns.flags.AA


def test_the_ds_at_the_parent_is_that_of_the_ksk(tree):
    route53 = member(tree)
    dnssec = route53.get_dnssec(HostedZoneId="ZCHILD000000000000001")
    stated = {
        dns.rdata.from_text("IN", "DS", ksk["DSRecord"])
        for ksk in dnssec["KeySigningKeys"]
    }
    parent = tree.server("parent.example")
    answer = tree.ask(parent, "child.parent.example", "DS")
    assert set(answer.answer[0]) == stated
    served = tree.ask(tree.server("child.parent.example"), "child.parent.example", "DNSKEY")
    keys = {key.to_text() for key in served.answer[0] if key.flags == 257}
    assert keys == {
        dns.rdata.from_text("IN", "DNSKEY", ksk["DNSKEYRecord"]).to_text()
        for ksk in dnssec["KeySigningKeys"]
    }


# A whole organisation


def test_a_seed_spreads_faults_over_its_zones(start, tmp_path):
    size = ("--accounts", 2, "--zones", 40, "--dns-faults", 0.5)
    tree = launch_tree(tmp_path, "--seed", 5, *size)
    zones = [f"z{nth:03}.a0001.example" for nth in range(40)]
    try:
        for zone in zones:
            tree.walk(zone)
        with unbound(tree, tmp_path) as verdict:
            verdicts = [verdict(zone) for zone in zones]
    finally:
        close(tree.simulator)
    assert 3 < verdicts.count("bogus") < 20
    assert verdicts.count("secure") > 15
    assert verdicts.count("insecure") > 5


def test_a_large_organisation_shares_addresses_and_starts_at_once(tmp_path):
    size = ("--accounts", 10, "--zones", 300, "--dns-faults", 0)
    tree = launch_tree(tmp_path, "--seed", 5, *size)
    try:
        for zone in ("z000.a0000.example", "z299.a0009.example"):
            apex, addresses = tree.walk(zone)
            assert apex == dns.name.from_text(zone)
            assert len(addresses) == 4
    finally:
        close(tree.simulator)
