"""The zones of the tree: every state of a chain of trust that the scanner must tell apart.

The rule ids are those of the policies; a zone's findings suppose that AWS holds the zone as
`Zone.delegation_set`, `Zone.serve_signature` and `Zone.ksks` say, and nothing else is wrong.
"""

from __future__ import annotations

from damage import corrupt, without_denial, without_signatures
from zones import (
    BOGUS,
    DAY,
    ELSEWHERE,
    HOUR,
    INDETERMINATE,
    INSECURE,
    IPV6_HOST,
    LAME,
    NO_ADDRESS,
    ONLINE,
    OPT_OUT_SERVERS,
    ROOT_SERVERS,
    ROUTE53,
    ROUTE53_BELOW,
    SECURE,
    SILENT,
    TEST_SERVERS,
    WHITE_LABEL,
    Difference,
    Ds,
    Ksk,
    Signing,
    Zone,
)

OPT_OUT_DENIAL = (
    "RFC 5155 section 9.2: where the NSEC3 that covers the next closer name has the opt-out bit, "
    "the name may exist unsigned, so the AD bit is not set; delv says only that every record of "
    "the proof validates"
)
SHA1_IGNORED = (
    "RFC 4509 section 3: DS records with SHA-1 should be ignored beside one with SHA-256; Unbound "
    "does so with harden-algo-downgrade only, which is off by default"
)
NEGATIVE_SOA = (
    "RFC 4035 section 3.2.3: the denial is authentic if the SOA in its authority section is, too; "
    "delv calls it pending validation"
)
# All that every zone is asked but the DS, which is its parent's.
OWN_QUESTIONS = ("soa", "ns", "dnskey", "a", "www", "no_such_name", "no_such_type")

# The KSK of a zone whose signing was disabled.
DISABLED = (Ksk("INACTIVE", published=False, signs=False),)
# The KSK of a hosted zone that the world does not see.
UNSEEN = Ksk(published=False, signs=False)
NOBODYS = Ds(ksk=None)
SIGNATURE_SYMPTOMS = ("chain-validates", "denial-validates")
# What is served, or whether all of it is, nobody can say where no server answers.
UNANSWERED = (
    "chain-validates",
    "denial-validates",
    "ds-matches",
    "ds-matches-active-ksk",
    "ds-not-stale",
    "ds-without-signing",
    "ksk-none-foreign",
    "ksk-published",
    "ksk-signs-dnskey",
    "nameservers-agree",
    "served-as-signed",
    "signatures-fresh",
)
UNSIGNED = {
    "signing": None,
    "ksks": (),
    "ds": (),
    "serve_signature": "NOT_SIGNING",
    "findings": ("zone-signed",),
}

INFRASTRUCTURE = [
    Zone(".", "root", SECURE, hosted=False, ns=ROOT_SERVERS, ds=()),
    Zone("test.", "TLD with NSEC", SECURE, hosted=False, ns=TEST_SERVERS),
    Zone(
        "opt-out.",
        "TLD with NSEC3 and opt-out",
        SECURE,
        hosted=False,
        ns=OPT_OUT_SERVERS,
        signing=Signing(nsec3=True, opt_out=True),
        answers={"no_such_name": INSECURE},
        differs=(Difference("delv", SECURE, OPT_OUT_DENIAL, ("no_such_name",)),),
    ),
    Zone("awsdns-00.test.", "names of the delegation sets", SECURE, hosted=False),
    Zone("elsewhere.test.", "another provider", SECURE, hosted=False, ns=ELSEWHERE),
]

DS = [
    Zone("right.test.", "right", SECURE),
    Zone("no-ds.test.", "no DS", INSECURE, ds=(), findings=("ds-present",)),
    Zone("sha384.test.", "DS with SHA-384", SECURE, ds=(Ds(digest_type=4),)),
    Zone(
        "sha1.test.",
        "DS with SHA-1 only",
        SECURE,
        ds=(Ds(digest_type=1),),
        findings=("ds-digest-strong",),
    ),
    Zone(
        "sha1-beside-sha256.test.",
        "DS with SHA-1 beside one with SHA-256",
        SECURE,
        ds=(Ds(), Ds(digest_type=1)),
        findings=("ds-digest-strong",),
    ),
    Zone(
        "sha1-beside-wrong-sha256.test.",
        "DS with SHA-1 beside a wrong one with SHA-256",
        BOGUS,
        ds=(Ds(damaged=True), Ds(digest_type=1)),
        # Validators pass over the one that matches (RFC 4509 section 3), so none matches.
        findings=("ds-matches", "ds-digest-strong"),
        symptoms=SIGNATURE_SYMPTOMS,
        differs=(Difference("unbound", SECURE, SHA1_IGNORED, OWN_QUESTIONS),),
    ),
    Zone(
        "wrong-digest.test.",
        "DS with a wrong digest",
        BOGUS,
        ds=(Ds(damaged=True),),
        findings=("ds-matches",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "unknown-tag.test.",
        "DS of a key that the zone has not",
        BOGUS,
        ds=(NOBODYS,),
        findings=("ds-matches",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "unknown-digest.test.",
        "DS with an unknown digest type only",
        INSECURE,
        ds=(Ds(stated_digest_type=200),),
        findings=("ds-supported",),
    ),
    Zone(
        "unknown-algorithm.test.",
        "DS with an unknown algorithm only",
        INSECURE,
        ds=(Ds(algorithm=200),),
        findings=("ds-supported",),
    ),
    Zone(
        "stale-ds.test.",
        "stale DS beside a good one",
        SECURE,
        ds=(Ds(), NOBODYS),
        findings=("ds-not-stale",),
    ),
    Zone("ds-ttl.test.", "DS with a long TTL", SECURE, ds_ttl=2 * DAY, findings=("ds-ttl",)),
    Zone(
        "ds-disagrees.test.",
        "one server of the parent has no DS",
        SECURE,
        ds_at={"b.nic.test.": ()},
        findings=("ds-consistent",),
        also=(INSECURE,),
    ),
    Zone(
        "ds-disagrees-wrong.test.",
        "one server of the parent has another DS",
        SECURE,
        ds_at={"b.nic.test.": (NOBODYS,)},
        findings=("ds-consistent",),
        symptoms=("ds-not-stale",),
        also=(BOGUS,),
        also_symptoms=SIGNATURE_SYMPTOMS,
    ),
]

NOT_SIGNED = [
    Zone("unsigned.test.", "unsigned", INSECURE, **UNSIGNED),
    Zone(
        "unsigned-with-ds.test.",
        "unsigned with DS",
        BOGUS,
        signing=None,
        ksks=DISABLED,
        serve_signature="NOT_SIGNING",
        # Without its DS the zone would still not be signed, so that is a finding of its own. No
        # DNSKEY is served that the DS could match, and the KSK that it is of is not active.
        findings=("ds-without-signing", "zone-signed"),
        symptoms=(*SIGNATURE_SYMPTOMS, "ds-matches", "ds-matches-active-ksk"),
    ),
    Zone(
        "signing-unserved.test.",
        "served unsigned with DS, though Route 53 says that it signs",
        BOGUS,
        signing=None,
        ksks=(UNSEEN,),
        findings=("ds-without-signing",),
        symptoms=(
            *SIGNATURE_SYMPTOMS,
            "ds-matches",
            "ksk-published",
            "ksk-signs-dnskey",
            "served-as-signed",
        ),
    ),
    Zone(
        "signing-unserved-no-ds.test.",
        "served unsigned without DS, though Route 53 says that it signs",
        INSECURE,
        signing=None,
        ksks=(UNSEEN,),
        ds=(),
        findings=("served-as-signed",),
        # A DS would make it bogus.
        symptoms=("ds-present", "ksk-published", "ksk-signs-dnskey"),
    ),
]

SIGNATURES = [
    Zone(
        "expired.test.",
        "expired signatures",
        BOGUS,
        signing=Signing(-30 * DAY, -2 * DAY),
        findings=("ksk-signs-dnskey",),
        symptoms=(*SIGNATURE_SYMPTOMS, "signatures-fresh"),
    ),
    Zone(
        "expired-data.test.",
        "expired signatures of all but DNSKEY",
        BOGUS,
        signing=Signing(-30 * DAY, -2 * DAY, dnskey_expiration=30 * DAY),
        answers={"dnskey": SECURE},
        # The key that makes them is Route 53's own: no other rule knows why they are not renewed.
        findings=("chain-validates",),
        symptoms=("denial-validates", "signatures-fresh"),
    ),
    Zone(
        "future.test.",
        "signatures of the future",
        BOGUS,
        signing=Signing(2 * DAY, 30 * DAY),
        findings=("ksk-signs-dnskey",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "corrupt-dnskey.test.",
        "corrupt signature of DNSKEY",
        BOGUS,
        damage=corrupt("DNSKEY"),
        findings=("ksk-signs-dnskey",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "corrupt-soa.test.",
        "corrupt signature of SOA",
        BOGUS,
        damage=corrupt("SOA"),
        answers={"ns": SECURE, "dnskey": SECURE, "a": SECURE, "www": SECURE},
        # The SOA record is a part of each denial.
        findings=("chain-validates",),
        symptoms=("denial-validates",),
        differs=(
            Difference("delv", INDETERMINATE, NEGATIVE_SOA, ("no_such_name", "no_such_type")),
        ),
    ),
    Zone(
        "corrupt-www.test.",
        "corrupt signature of a sampled name",
        SECURE,
        damage=corrupt("A", "www"),
        answers={"www": BOGUS},
        findings=("chain-validates",),
    ),
    Zone(
        "no-signatures.test.",
        "DNSKEY without any signature",
        BOGUS,
        damage=without_signatures,
        findings=("served-as-signed",),
        symptoms=(*SIGNATURE_SYMPTOMS, "ksk-signs-dnskey"),
    ),
    Zone(
        "route53-lifetimes.test.",
        "signatures as short as Route 53's",
        SECURE,
        # TTL + 2 h for data, 11 h for DNSKEY, an hour of it gone.
        ttl=900,
        signing=Signing(-HOUR, 900 + HOUR, dnskey_expiration=10 * HOUR),
    ),
]

ROUTE53_ANSWERS = [
    Zone(
        "route53-answers.test.",
        "answers signed as Route 53 signs them, which deny no name",
        SECURE,
        ns=ONLINE,
        online=True,
        delegation_set=ONLINE,
    ),
]

KSKS = [
    Zone(
        "two-ksks-two-ds.test.",
        "two KSKs, both with DS",
        SECURE,
        ksks=(Ksk(), Ksk(age_days=10)),
        ds=(Ds(0), Ds(1)),
    ),
    Zone(
        "two-ksks-one-ds.test.",
        "two KSKs, one with DS",
        SECURE,
        ksks=(Ksk(), Ksk(age_days=10)),
    ),
    Zone(
        "idle-ksk.test.",
        "an active KSK that does not sign, without DS",
        SECURE,
        ksks=(Ksk(), Ksk(age_days=10, signs=False)),
        findings=("ksk-signs-dnskey",),
    ),
    Zone(
        "idle-ksk-with-ds.test.",
        "an active KSK that does not sign, with the only DS",
        BOGUS,
        ksks=(Ksk(), Ksk(age_days=10, signs=False)),
        ds=(Ds(1),),
        findings=("ksk-signs-dnskey",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "inactive-ksk-with-ds.test.",
        "an inactive KSK in the zone, with the only DS",
        BOGUS,
        ksks=(Ksk(), Ksk("INACTIVE", signs=False)),
        ds=(Ds(1),),
        findings=("ds-matches-active-ksk",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "unpublished-ksk.test.",
        "an active KSK that is not in the zone",
        SECURE,
        ksks=(Ksk(), Ksk(age_days=10, published=False, signs=False)),
        findings=("ksk-published",),
        symptoms=("ksk-signs-dnskey",),
    ),
    Zone(
        "idle-and-unpublished-ksk.test.",
        "an active KSK that does not sign, one that is not in the zone, and one that AWS does not"
        " hold, which signs",
        BOGUS,
        ksks=(Ksk(signs=False), Ksk(age_days=10, published=False, signs=False), Ksk(None)),
        # One KSK does not explain the other.
        findings=("ksk-none-foreign", "ksk-published", "ksk-signs-dnskey"),
        symptoms=(*SIGNATURE_SYMPTOMS, "ksk-signs-dnskey"),
    ),
    Zone(
        "foreign-ksk.test.",
        "a KSK in the zone that AWS does not hold",
        SECURE,
        ksks=(Ksk(), Ksk(None)),
        findings=("ksk-none-foreign",),
    ),
]

DENIAL = [
    Zone("nsec3.test.", "NSEC3", SECURE, signing=Signing(nsec3=True)),
    Zone(
        "nsec3-opt-out.test.",
        "NSEC3 with opt-out",
        SECURE,
        signing=Signing(nsec3=True, opt_out=True),
        answers={"no_such_name": INSECURE},
        differs=(Difference("delv", SECURE, OPT_OUT_DENIAL, ("no_such_name",)),),
    ),
    Zone(
        "nsec3-iterations.test.",
        "NSEC3 with 2,500 iterations",
        SECURE,
        signing=Signing(nsec3=True, iterations=2500),
        answers={"no_such_name": INSECURE, "no_such_type": INSECURE},
    ),
    Zone(
        "no-nsec.test.",
        "no NSEC",
        SECURE,
        damage=without_denial,
        answers={"no_such_name": BOGUS, "no_such_type": BOGUS},
        findings=("denial-validates",),
    ),
    Zone(
        "corrupt-nsec.test.",
        "corrupt signatures of NSEC",
        SECURE,
        damage=corrupt("NSEC"),
        answers={"no_such_name": BOGUS, "no_such_type": BOGUS},
        findings=("denial-validates",),
    ),
    Zone(
        "wildcard.test.",
        "an alias and a wildcard",
        SECURE,
        records="www CNAME target\ntarget A 192.0.2.4\n*.wild A 192.0.2.5",
        questions=(("any.wild", "A"), ("any.wild", "HINFO")),
    ),
    Zone("right.opt-out.", "right, below opt-out", SECURE),
    Zone(
        "no-ds.opt-out.",
        "no DS, below opt-out",
        INSECURE,
        ds=(),
        answers={"ds": INSECURE},
        findings=("ds-present",),
        differs=(Difference("delv", SECURE, OPT_OUT_DENIAL, ("ds",)),),
    ),
    Zone(
        "unsigned.opt-out.",
        "unsigned, below opt-out",
        INSECURE,
        **UNSIGNED,
        answers={"ds": INSECURE},
        differs=(Difference("delv", SECURE, OPT_OUT_DENIAL, ("ds",)),),
    ),
    Zone(
        "not-delegated.opt-out.",
        "not delegated, below opt-out",
        INSECURE,
        ns=(),
        ds=(),
        served_by=ROUTE53,
        answers={"ds": INSECURE},
        findings=("zone-delegated",),
        differs=(Difference("delv", SECURE, OPT_OUT_DENIAL, (*OWN_QUESTIONS, "ds")),),
    ),
]

DELEGATIONS = [
    Zone(
        "lame.test.",
        "lame servers",
        INDETERMINATE,
        ns=LAME,
        served_by=(),
        delegation_set=LAME,
        findings=("nameservers-answer",),
        unknown=UNANSWERED,
    ),
    Zone(
        "silent.test.",
        "silent servers",
        INDETERMINATE,
        ns=SILENT,
        served_by=(),
        delegation_set=SILENT,
        findings=("nameservers-answer",),
        unknown=UNANSWERED,
    ),
    Zone(
        "half-lame.test.",
        "one of two servers is lame",
        SECURE,
        ns=(ROUTE53[0], LAME[0]),
        served_by=ROUTE53[:1],
        delegation_set=(ROUTE53[0], LAME[0]),
        findings=("nameservers-answer",),
    ),
    Zone(
        "half-silent.test.",
        "one of two servers is silent",
        SECURE,
        ns=(ROUTE53[0], SILENT[0]),
        served_by=ROUTE53[:1],
        delegation_set=(ROUTE53[0], SILENT[0]),
        findings=("nameservers-answer",),
    ),
    Zone(
        "no-address.test.",
        "one of two servers has no address",
        SECURE,
        ns=(ROUTE53[0], NO_ADDRESS),
        served_by=ROUTE53[:1],
        delegation_set=(ROUTE53[0], NO_ADDRESS),
        findings=("nameservers-answer",),
    ),
    Zone(
        "not-delegated.test.",
        "not delegated: the parent has no such name",
        SECURE,
        ns=(),
        ds=(),
        served_by=ROUTE53,
        findings=("zone-delegated",),
    ),
    Zone(
        "empty-non-terminal.test.",
        "not delegated: an empty non-terminal of the parent",
        SECURE,
        ns=(),
        ds=(),
        served_by=ROUTE53,
        findings=("zone-delegated",),
    ),
    Zone("below.empty-non-terminal.test.", "right, two labels below its parent", SECURE),
    Zone(
        "elsewhere-with-ds.test.",
        "delegated elsewhere, with a DS of the key there",
        SECURE,
        ns=ELSEWHERE,
        ksks=(UNSEEN, Ksk(None)),
        ds=(Ds(1),),
        findings=("zone-delegated-here",),
    ),
    Zone(
        "elsewhere-with-our-ds.test.",
        "delegated elsewhere, with the DS of AWS's key",
        BOGUS,
        ns=ELSEWHERE,
        ksks=(UNSEEN, Ksk(None)),
        findings=("zone-delegated-here",),
    ),
    Zone(
        "elsewhere-unsigned-with-our-ds.test.",
        "delegated elsewhere, unsigned, with the DS of AWS's key",
        BOGUS,
        ns=ELSEWHERE,
        ksks=(UNSEEN,),
        signing=None,
        findings=("zone-delegated-here",),
    ),
    Zone(
        "elsewhere-without-ds.test.",
        "delegated elsewhere, without DS",
        INSECURE,
        ns=ELSEWHERE,
        ksks=(UNSEEN,),
        signing=None,
        ds=(),
        findings=("zone-delegated-here",),
    ),
    Zone(
        "ns-missing-at-parent.test.",
        "the parent names fewer servers than the zone",
        SECURE,
        ns=ROUTE53[:1],
        served_by=ROUTE53,
        child_ns=ROUTE53,
        findings=("nameservers-agree",),
    ),
    Zone(
        "ns-outside.test.",
        "the zone names a server outside its delegation set",
        SECURE,
        child_ns=(*ROUTE53, ELSEWHERE[0]),
        findings=("nameservers-agree",),
    ),
    Zone(
        "white-label.test.",
        "white-label name servers",
        SECURE,
        ns=WHITE_LABEL,
        served_by=ROUTE53,
    ),
    Zone(
        "ipv6.test.",
        "a server with IPv6 only",
        SECURE,
        ns=(ROUTE53[0], IPV6_HOST),
        delegation_set=(ROUTE53[0], IPV6_HOST),
    ),
]

ANCESTORS = [
    Zone("parent.test.", "right, with a child", SECURE),
    Zone(
        "child.parent.test.",
        "right, below a hosted zone",
        SECURE,
        ns=ROUTE53_BELOW,
        delegation_set=ROUTE53_BELOW,
    ),
    Zone("unsigned-parent.test.", "unsigned, with a child", INSECURE, **UNSIGNED),
    Zone(
        "child.unsigned-parent.test.",
        "good child of an unsigned parent",
        INSECURE,
        ns=ROUTE53_BELOW,
        delegation_set=ROUTE53_BELOW,
        # The parent is a hosted zone, too, and shows the cause.
        symptoms=("ancestors-signed",),
    ),
    Zone(
        "unsigned-elsewhere.test.",
        "unsigned elsewhere, with a child",
        INSECURE,
        hosted=False,
        ns=ELSEWHERE,
        signing=None,
        ksks=(),
        ds=(),
    ),
    Zone(
        "child.unsigned-elsewhere.test.",
        "good child of an unsigned parent elsewhere",
        INSECURE,
        findings=("ancestors-signed",),
    ),
    Zone(
        "bogus-parent.test.",
        "DS with a wrong digest, with a child",
        BOGUS,
        ds=(Ds(damaged=True),),
        findings=("ds-matches",),
        symptoms=SIGNATURE_SYMPTOMS,
    ),
    Zone(
        "child.bogus-parent.test.",
        "good child of a bogus parent",
        BOGUS,
        ns=ROUTE53_BELOW,
        delegation_set=ROUTE53_BELOW,
        # The parent is a hosted zone, too, and shows the cause.
        symptoms=("ancestors-signed",),
    ),
    Zone(
        "bogus-elsewhere.test.",
        "DS with a wrong digest elsewhere, with a child",
        BOGUS,
        hosted=False,
        ns=ELSEWHERE,
        ds=(Ds(damaged=True),),
    ),
    Zone(
        "child.bogus-elsewhere.test.",
        "good child of a bogus parent elsewhere",
        BOGUS,
        findings=("ancestors-signed",),
    ),
    Zone(
        "dangling-ds.test.",
        "holds the DS of a child that is not signed",
        SECURE,
        findings=("child-ds-answered",),
    ),
    Zone(
        "child.dangling-ds.test.",
        "unsigned elsewhere, with a DS left dangling",
        BOGUS,
        hosted=False,
        ns=ELSEWHERE,
        signing=None,
    ),
    Zone(
        "dangling-ns.test.",
        "delegates a child to Route 53, which refuses it",
        SECURE,
        findings=("no-dangling-delegation",),
    ),
    Zone(
        "child.dangling-ns.test.",
        "deleted, with a delegation left dangling",
        INDETERMINATE,
        hosted=False,
        ns=LAME,
        served_by=(),
        signing=None,
        ksks=(),
        ds=(),
    ),
]

ZONES = [
    *INFRASTRUCTURE,
    *DS,
    *NOT_SIGNED,
    *SIGNATURES,
    *ROUTE53_ANSWERS,
    *KSKS,
    *DENIAL,
    *DELEGATIONS,
    *ANCESTORS,
]
