"""ListResourceRecordSets of the simulator against boto3."""

import pytest
from test_simulator import PRODUCTION, refusal

ZONES = "222233334444"
PARENT = "ZPARENT00000000000001"


@pytest.fixture(scope="module")
def route53(tree):
    return tree.simulator.member("route53", ZONES)


@pytest.fixture(scope="module")
def listed(route53):
    """All record sets of the parent, by name and type."""
    paginator = route53.get_paginator("list_resource_record_sets")
    pages = list(paginator.paginate(HostedZoneId=PARENT))
    assert [len(page["ResourceRecordSets"]) for page in pages] == [300, 50]
    return [listed for page in pages for listed in page["ResourceRecordSets"]]


def named(listed, name, rdtype):
    (found,) = [s for s in listed if (s["Name"], s["Type"]) == (name, rdtype)]
    return found


def values(record_set):
    return [record["Value"] for record in record_set["ResourceRecords"]]


def test_a_zone_has_as_many_record_sets_as_it_says(route53, listed):
    zone = route53.get_hosted_zone(Id=PARENT)["HostedZone"]
    assert zone["ResourceRecordSetCount"] == len(listed) == 350
    kinds = {(s["Name"], s["Type"]) for s in listed}
    assert len(kinds) == 350


def test_they_are_sorted_by_reversed_name_and_then_by_type(listed):
    order = [(s["Name"].split(".")[-2::-1], s["Type"]) for s in listed]
    assert order == sorted(order)
    first = [(s["Name"], s["Type"]) for s in listed[:5]]
    assert first == [
        ("parent.example.", kind) for kind in ("A", "MX", "NS", "SOA", "TXT")
    ]


def test_the_apex_is_as_route53_makes_it(route53, listed):
    servers = route53.get_hosted_zone(Id=PARENT)["DelegationSet"]["NameServers"]
    ns = named(listed, "parent.example.", "NS")
    assert (ns["TTL"], values(ns)) == (172800, [f"{server}." for server in servers])
    soa = named(listed, "parent.example.", "SOA")
    mailbox = "awsdns-hostmaster.amazon.com."
    expected = f"{servers[0]}. {mailbox} 1 7200 900 1209600 86400"
    assert (soa["TTL"], values(soa)) == (900, [expected])


def test_a_parent_holds_ns_and_ds_of_its_children(route53, listed):
    child = route53.get_hosted_zone(Id="ZCHILD000000000000001")
    ns = named(listed, "child.parent.example.", "NS")
    servers = child["DelegationSet"]["NameServers"]
    assert (ns["TTL"], values(ns)) == (300, [f"{server}." for server in servers])
    ds = named(listed, "child.parent.example.", "DS")
    dnssec = route53.get_dnssec(HostedZoneId="ZCHILD000000000000001")
    stated = [ksk["DSRecord"] for ksk in dnssec["KeySigningKeys"]]
    assert (ds["TTL"], values(ds)) == (300, stated)
    unsigned = [s["Type"] for s in listed if s["Name"] == "unsigned.parent.example."]
    assert unsigned == ["NS"]


def test_names_are_escaped_in_octal(listed):
    assert values(named(listed, r"\052.wild.parent.example.", "A")) == [
        "192.0.2.7",
        "192.0.2.8",
    ]
    srv = named(listed, r"\052a.parent.example.", "SRV")
    assert values(srv) == ["0 5 5060 host.parent.example."]
    txt = named(listed, "large.parent.example.", "TXT")
    assert txt["TTL"] == 700000
    assert values(txt)[0] == f'"{"x" * 250}" "{"x" * 250}"'


def test_an_alias_has_a_target_and_no_ttl(listed):
    alias = named(listed, "site.parent.example.", "A")
    target = alias["AliasTarget"]
    assert target["DNSName"] == "d111111abcdef8.cloudfront.net."
    assert target["EvaluateTargetHealth"] is False
    assert "TTL" not in alias
    assert alias.get("ResourceRecords", []) == []


def test_a_page_begins_where_it_is_told_to(route53):
    first = route53.list_resource_record_sets(HostedZoneId=PARENT, MaxItems="3")
    assert [s["Type"] for s in first["ResourceRecordSets"]] == ["A", "MX", "NS"]
    assert first["IsTruncated"] is True
    assert first["MaxItems"] == "3"
    assert (first["NextRecordName"], first["NextRecordType"]) == (
        "parent.example.",
        "SOA",
    )
    start = {"StartRecordName": "WILD.parent.example", "MaxItems": "1000"}
    rest = route53.list_resource_record_sets(HostedZoneId=PARENT, **start)
    assert rest["IsTruncated"] is False
    assert "NextRecordName" not in rest
    assert rest["MaxItems"] == "300"
    assert [s["Name"] for s in rest["ResourceRecordSets"]] == [
        r"\052.wild.parent.example.",
        "www.parent.example.",
    ]
    start = {"StartRecordName": "parent.example", "StartRecordType": "SOA"}
    rest = route53.list_resource_record_sets(HostedZoneId=PARENT, MaxItems="1", **start)
    assert rest["ResourceRecordSets"][0]["Type"] == "SOA"


def test_a_private_zone_has_record_sets_too(route53):
    zones = route53.list_hosted_zones(HostedZoneType="PrivateHostedZone")
    (zone,) = zones["HostedZones"]
    listed = route53.list_resource_record_sets(HostedZoneId=zone["Id"])
    assert [s["Type"] for s in listed["ResourceRecordSets"]] == ["NS", "SOA"]


def test_what_is_wrong_or_not_there_is_refused(route53, simulator):
    call = route53.list_resource_record_sets
    assert refusal(call, HostedZoneId=PARENT, StartRecordType="A")[:2] == (
        400,
        "InvalidInput",
    )
    assert refusal(call, HostedZoneId=PARENT, MaxItems="none")[:2] == (
        400,
        "InvalidInput",
    )
    assert refusal(call, HostedZoneId=PARENT, StartRecordName="a" * 64)[:2] == (
        400,
        "InvalidInput",
    )
    assert refusal(call, HostedZoneId="ZNONE")[:2] == (404, "NoSuchHostedZone")
    other = simulator.client("route53").list_resource_record_sets
    code = refusal(other, HostedZoneId="ZSIGNED00000000000001")[:2]
    assert code == (403, "AccessDenied")


def test_faults_and_limits_befall_it_as_any_other_operation(simulator, start, tmp_path):
    faulty = simulator.member("route53", "555566667777").list_resource_record_sets
    failed = refusal(faulty, HostedZoneId="ZERROR500000000000001")
    assert failed[:2] == (500, "InternalFailure")
    file = tmp_path / "organization.toml"
    file.write_text(
        f"""
        [limits]
        route53 = {{ burst = 1, rate = 0.000001 }}

        [[account]]
        id = "{PRODUCTION}"
        name = "one"

          [[account.zone]]
          id = "ZONE"
          name = "one.example"

        [[fault]]
        operation = "route53:ListResourceRecordSets"
        subject = "ZONE"
        kind = "denied"
        """
    )
    call = start("--config", file).client("route53").list_resource_record_sets
    status, code, message = refusal(call, HostedZoneId="ZONE")
    assert (status, code) == (403, "AccessDenied")
    assert "route53:ListResourceRecordSets on resource: arn:aws:route53:::" in message
    assert refusal(call, HostedZoneId="ZONE")[1] == "Throttling"
