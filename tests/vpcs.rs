//! The VPCs of every region: one verdict for each account and region, and what cannot be read of one
//! region says nothing of the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use support::program::{Run, Zonewarden};
use support::simulated::Simulated;
use zonewarden_reports::{Outcome, Report, RuleResult, Severity};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

const RULE: &str = "vpc-validates";

const ONE: &str = "111122223333";
const OTHER: &str = "222233334444";

fn simulated(vpcs: &str, faults: Vec<Fault>) -> Simulated {
    let organization = format!(
        r#"
[[account]]
id = "{ONE}"
name = "one"
{vpcs}

[[account]]
id = "{OTHER}"
name = "other"

  [[account.vpc]]
  id = "vpc-other"
  region = "eu-west-1"
  validation = "ENABLED"
"#
    );
    let options = Options {
        faults,
        ..Options::default()
    };
    Simulated::start(Organization::from_toml(&organization).unwrap(), options)
}

fn scanned(simulated: &Simulated, more: &[&str]) -> Run {
    let arguments = [
        "scan",
        "--share=1",
        "--dns=off",
        "--snapshot=snapshot.jsonl",
        "--output=json",
        "--with-passes",
        "--fail-on=never",
    ];
    simulated.asked_by(arguments.iter().chain(more)).run()
}

fn scan(vpcs: &str, faults: Vec<Fault>) -> Report {
    scanned(&simulated(vpcs, faults), &[]).report()
}

/// The one result of an account and region.
fn result<'a>(report: &'a Report, account: &str, region: &str) -> &'a RuleResult {
    let id = format!("arn:aws:ec2:{region}:{account}:vpc/*");
    let results = report.results.iter();
    let mut results = results.filter(|result| &*result.rule == RULE && result.subject.id == id);
    let one = results.next().unwrap_or_else(|| panic!("none of {id}"));
    assert!(results.next().is_none(), "several of {id}");
    one
}

/// The outcome of each account and region.
fn outcomes(report: &Report) -> BTreeMap<(&str, &str), Outcome> {
    let results = report.results.iter().filter(|result| &*result.rule == RULE);
    results
        .map(|result| {
            let subject = &result.subject;
            let account = subject.account.as_deref().unwrap();
            let region = subject.region.as_deref().unwrap();
            ((account, region), result.outcome)
        })
        .collect()
}

fn denied(operation: &str, region: &str) -> Fault {
    Fault {
        account: Some(ONE.to_owned()),
        operation: Some(operation.to_owned()),
        subject: Some(region.to_owned()),
        ..Fault::new(FaultKind::Denied)
    }
}

const TWO_REGIONS: &str = r#"
  [[account.vpc]]
  id = "vpc-1"
  region = "eu-west-1"
  name = "web"

  [[account.vpc]]
  id = "vpc-2"
  region = "eu-west-1"
  validation = "DISABLING"

  [[account.vpc]]
  id = "vpc-3"
  region = "eu-west-1"
  validation = "ENABLING"

  [[account.vpc]]
  id = "vpc-4"
  default = true
"#;

#[test]
fn each_region_of_each_account_has_one_result() {
    let report = scan(TWO_REGIONS, Vec::new());
    assert_eq!(
        outcomes(&report),
        BTreeMap::from([
            ((ONE, "eu-west-1"), Outcome::Fail),
            ((ONE, "us-east-1"), Outcome::Fail),
            ((OTHER, "eu-west-1"), Outcome::Pass),
            // The home region is enabled, and holds none.
            ((OTHER, "us-east-1"), Outcome::Pass),
        ])
    );
    let web = result(&report, ONE, "eu-west-1");
    assert_eq!(
        web.message,
        "2 VPCs in eu-west-1 do not validate DNSSEC: vpc-1 (web), vpc-2."
    );
    assert_eq!(web.severity, Severity::Low);
    assert_eq!(&*web.subject.kind, "vpcs");
    assert_eq!(web.subject.name, "VPCs");
    assert_eq!(web.subject.region.as_deref(), Some("eu-west-1"));
    let default = result(&report, ONE, "us-east-1");
    assert_eq!(
        default.message,
        "VPC vpc-4 (the default VPC) in us-east-1 does not validate DNSSEC."
    );
    assert_eq!(default.severity, Severity::Info);
    let fix: Vec<&str> = default.fix.iter().map(|argument| &**argument).collect();
    assert_eq!(
        fix.join(" "),
        "aws route53resolver update-resolver-dnssec-config --resource-id vpc-4 --validation ENABLE --region us-east-1"
    );
    assert!(report.coverage.complete);
}

#[test]
fn a_region_that_cannot_be_read_is_unknown_and_the_others_are_judged() {
    for (operation, fact) in [
        ("ec2:DescribeVpcs", "vpcs.vpcs"),
        (
            "route53resolver:ListResolverDnssecConfigs",
            "vpcs.vpcs[].validates",
        ),
    ] {
        let report = scan(TWO_REGIONS, vec![denied(operation, "eu-west-1")]);
        let unread = result(&report, ONE, "eu-west-1");
        assert_eq!(unread.outcome, Outcome::Unknown);
        let why = unread.unknown.as_ref().unwrap();
        assert_eq!(why.fact.as_deref(), Some(fact));
        assert_eq!(why.operation.as_deref(), Some(operation));
        assert_eq!(why.reason, "access_denied");
        assert_eq!(result(&report, ONE, "us-east-1").outcome, Outcome::Fail);
        let gaps: Vec<_> = report
            .coverage
            .gaps
            .iter()
            .map(|gap| (gap.account.as_deref(), gap.subject.as_str()))
            .collect();
        assert_eq!(gaps, [(Some(ONE), "eu-west-1")]);
        assert!(!report.coverage.complete);
    }
}

#[test]
fn an_account_whose_regions_cannot_be_listed_is_a_gap_and_no_pass() {
    let report = scan(
        TWO_REGIONS,
        vec![denied("ec2:DescribeRegions", "us-east-1")],
    );
    let judged = outcomes(&report);
    assert!(judged.keys().all(|(account, _)| *account == OTHER));
    assert_eq!(judged.len(), 2);
    let [gap] = report.coverage.gaps.as_slice() else {
        panic!("{:?}", report.coverage.gaps);
    };
    assert_eq!(gap.account.as_deref(), Some(ONE));
    assert_eq!(gap.subject, "VPCs");
    assert_eq!(gap.operation.as_deref(), Some("ec2:DescribeRegions"));
}

#[test]
fn a_vpc_that_is_shared_is_judged_where_it_is_owned() {
    let shared = format!(
        "  [[account.vpc]]\n  id = \"vpc-shared\"\n  region = \"eu-west-1\"\n  owner = \"{OTHER}\"\n"
    );
    let report = scan(&shared, Vec::new());
    assert_eq!(result(&report, ONE, "eu-west-1").outcome, Outcome::Pass);
    assert_eq!(result(&report, OTHER, "eu-west-1").outcome, Outcome::Pass);
}

#[test]
fn a_profile_that_says_otherwise_than_a_vpc_leaves_it_unknown() {
    let with = |own: &str, of_profile: &str| {
        let own = match own {
            "" => String::new(),
            own => format!("  validation = {own:?}\n"),
        };
        let profile = match of_profile {
            "" => String::new(),
            of_profile => {
                format!("  [[account.profile]]\n  id = \"rp-1\"\n  validation = {of_profile:?}\n")
            }
        };
        let report = scan(
            &format!("  [[account.vpc]]\n  id = \"vpc-1\"\n{own}{profile}"),
            Vec::new(),
        );
        let result = result(&report, ONE, "us-east-1");
        // That nobody can tell is no failure of the scan.
        assert!(report.coverage.complete);
        result.outcome
    };
    for (own, of_profile, expected) in [
        ("", "", Outcome::Fail),
        ("", "USE_LOCAL_RESOURCE_SETTING", Outcome::Fail),
        ("", "DISABLED", Outcome::Fail),
        ("", "ENABLED", Outcome::Unknown),
        ("DISABLED", "ENABLING", Outcome::Unknown),
        ("ENABLED", "ENABLED", Outcome::Pass),
        ("ENABLED", "USE_LOCAL_RESOURCE_SETTING", Outcome::Pass),
        ("ENABLED", "DISABLED", Outcome::Unknown),
        (
            "ENABLED",
            "UPDATING_TO_USE_LOCAL_RESOURCE_SETTING",
            Outcome::Unknown,
        ),
        ("USE_LOCAL_RESOURCE_SETTING", "", Outcome::Unknown),
        ("RECONSIDERING", "", Outcome::Unknown),
    ] {
        assert_eq!(with(own, of_profile), expected, "{own:?}, {of_profile:?}");
    }
}

#[test]
fn every_page_of_vpcs_and_of_configurations_is_read() {
    let vpc = |number: u32| {
        let validation = match number {
            // On the last page of both.
            1001 => "DISABLED",
            _ => "ENABLED",
        };
        format!("  [[account.vpc]]\n  id = \"vpc-{number}\"\n  validation = {validation:?}\n")
    };
    let vpcs: String = (1..=1001).map(vpc).collect();
    let report = scan(&vpcs, Vec::new());
    assert_eq!(
        result(&report, ONE, "us-east-1").message,
        "VPC vpc-1001 in us-east-1 does not validate DNSSEC."
    );
}

#[test]
fn nothing_is_asked_of_regions_where_no_rule_needs_them() {
    let simulated = simulated(TWO_REGIONS, Vec::new());
    let run = scanned(&simulated, &["--exclude-rules=vpc-validates"]);
    let asked = simulated.statistics();
    let operations: Vec<&str> = asked.iter().map(|(_, operation, _)| operation).collect();
    assert!(operations.iter().any(|name| name.starts_with("route53:")));
    let regional = ["ec2:", "route53resolver:"];
    assert!(
        !operations
            .iter()
            .any(|name| regional.iter().any(|prefix| name.starts_with(prefix))),
        "{operations:?}"
    );
    // A later judgement does not take what was left unread for healthy.
    let report = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json"])
        .with_file("snapshot.jsonl", run.text("snapshot.jsonl"))
        .run()
        .report();
    let rule = report.rules.iter().find(|rule| rule.id == RULE).unwrap();
    assert_eq!(rule.why.as_deref(), Some("VPCs were not read"));
    assert!(outcomes(&report).is_empty());
}

#[test]
fn regions_without_vpcs_are_not_asked_for_configurations() {
    let simulated = simulated("", Vec::new());
    scanned(&simulated, &[]);
    let asked = simulated.statistics();
    let of = |account: &str, operation: &str| {
        let mut asked = asked.iter();
        let count = asked.find(|(of, name, _)| *of == account && *name == operation);
        count.map_or(0, |(_, _, count)| count.requests)
    };
    assert_eq!(of(ONE, "ec2:DescribeVpcs"), 1);
    assert_eq!(of(ONE, "route53resolver:ListResolverDnssecConfigs"), 0);
    assert_eq!(of(OTHER, "ec2:DescribeVpcs"), 2);
    assert_eq!(of(OTHER, "route53resolver:ListResolverDnssecConfigs"), 1);
}

/// What `terraform show -json` prints of these resources: the address, what is there before and
/// after, and to what `resource_id` refers where only AWS will tell it.
fn plan(resources: &[(&str, Json, Json, Option<&str>)]) -> Json {
    let provider = "registry.terraform.io/hashicorp/aws";
    let resource = |address: &str| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({
            "address": address,
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider_name": provider,
            "provider_config_key": "aws",
        })
    };
    let with = |address: &str, members: Json| {
        let mut whole = resource(address);
        let whole_members = whole.as_object_mut().unwrap();
        whole_members.extend(members.as_object().unwrap().clone());
        whole
    };
    let after = resources.iter().filter(|(_, _, after, _)| !after.is_null());
    let values = after
        .clone()
        .map(|(address, _, after, _)| with(address, json!({"values": after})));
    let changes = resources.iter().map(|(address, before, after, refers)| {
        let actions = match (before.is_null(), after.is_null()) {
            (true, _) => json!(["create"]),
            (_, true) => json!(["delete"]),
            _ => json!(["no-op"]),
        };
        let unknown = match (before.is_null(), refers) {
            (true, Some(_)) => json!({"id": true, "resource_id": true}),
            (true, None) => json!({"id": true}),
            _ => json!({}),
        };
        let change = json!({
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": unknown,
        });
        with(address, json!({"change": change}))
    });
    let expressions = after.map(|(address, _, _, refers)| {
        let refers = refers.map(|to| json!({"resource_id": {"references": [to]}}));
        with(
            address,
            json!({"expressions": refers.unwrap_or(json!({})), "schema_version": 1}),
        )
    });
    let aws = json!({"name": "aws", "full_name": provider});
    json!({
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "complete": true,
        "planned_values": {"root_module": {"resources": values.collect::<Vec<_>>()}},
        "resource_changes": changes.collect::<Vec<_>>(),
        "configuration": {
            "provider_config": {"aws": aws},
            "root_module": {"resources": expressions.collect::<Vec<_>>()},
        },
    })
}

#[test]
fn a_plan_is_judged_by_the_validation_that_it_leaves() {
    let config = |vpc: &str| json!({"id": "rdsc-1", "resource_id": vpc});
    let vpc = |id: &str| json!({"id": id, "cidr_block": "10.0.0.0/16"});
    let made = json!({"cidr_block": "10.0.0.0/16"});
    let none = Json::Null;
    let document = plan(&[
        ("aws_vpc.loses", vpc("vpc-1"), vpc("vpc-1"), None),
        ("aws_vpc.keeps", vpc("vpc-2"), vpc("vpc-2"), None),
        ("aws_vpc.new", none.clone(), made.clone(), None),
        ("aws_vpc.bare", none.clone(), made, None),
        (
            "aws_route53_resolver_dnssec_config.loses",
            config("vpc-1"),
            none.clone(),
            None,
        ),
        (
            "aws_route53_resolver_dnssec_config.keeps",
            config("vpc-2"),
            config("vpc-2"),
            Some("aws_vpc.keeps.id"),
        ),
        (
            "aws_route53_resolver_dnssec_config.new",
            none,
            json!({}),
            Some("aws_vpc.new.id"),
        ),
    ]);
    let report = Zonewarden::new([
        "check",
        "plan.json",
        "--output=json",
        "--with-passes",
        "--fail-on=never",
    ])
    .with_file("plan.json", document.to_string())
    .run()
    .report();
    let results = report.results.iter().filter(|result| &*result.rule == RULE);
    let judged: BTreeMap<&str, Outcome> = results
        .map(|result| (result.subject.id.as_str(), result.outcome))
        .collect();
    assert_eq!(
        judged,
        BTreeMap::from([
            ("aws_vpc.bare", Outcome::Fail),
            ("aws_vpc.keeps", Outcome::Pass),
            ("aws_vpc.loses", Outcome::Fail),
            ("aws_vpc.new", Outcome::Pass),
        ])
    );
}
