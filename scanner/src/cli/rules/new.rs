//! `zonewarden rules new`: a rule to begin with, and a case of each outcome, which pass.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tracing::warn;

use super::scope;
use crate::cli::output::print;
use crate::cli::{End, Fault};
use crate::evaluate::Scope;

/// The arguments of `zonewarden rules new`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The id of the rule: lower-case letters, digits and hyphens
    #[arg(value_name = "ID")]
    id: String,
    /// What it judges: zone, ksk, key, alarm, registration, vpcs, account, organization
    #[arg(long, value_name = "SCOPE", default_value = "zone", value_parser = scope)]
    scope: Scope,
    /// The folder in which the rule's own is made
    #[arg(long, value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
}

/// What differs between the rules of scopes.
struct Example {
    /// What is wrong where the rule fails.
    title: &'static str,
    /// The facts that it needs.
    needs: &'static str,
    needs_to_pass: &'static str,
    /// When it has nothing to say.
    not_applicable: &'static str,
    /// What it finds, and when.
    deny: &'static str,
    /// What it says of the case that fails, and the key by which.
    message: &'static str,
    key: &'static str,
    /// What the cases set, by outcome: pass, fail, unknown, not applicable.
    cases: [&'static str; 4],
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Fault> {
    let id = arguments.id.as_str();
    check(id)?;
    let folder = arguments.folder.join(id);
    let rule = folder.join("rule.rego");
    let cases = folder.join("cases").join("cases.yaml");
    if folder.exists() {
        return Err(Fault::new(
            format!("{} is there already", folder.display()),
            "give another id, or another folder with --folder",
        ));
    }
    let example = example(arguments.scope);
    write(&rule, &rego(id, arguments.scope, &example))?;
    write(&cases, &yaml(&example))?;
    if zonewarden_policies::rules()
        .iter()
        .any(|rule| rule.id == id)
    {
        warn!(
            "{id} is the id of a rule that ships: yours will stand in its place; to have both, give another id"
        );
    }
    let shown = arguments.folder.display();
    let told = format!(
        "{}\n{}\n\nNext:\n  edit them; `zonewarden rules schema {}` prints what the input holds\n  \
         zonewarden rules test {shown}\n  zonewarden scan --policies {shown}\n",
        rule.display(),
        cases.display(),
        arguments.scope.as_str(),
    );
    print(told.as_bytes())?;
    Ok(End::Clean)
}

fn check(id: &str) -> Result<(), Fault> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(legal)
        && id.len() <= 100
    {
        true => Ok(()),
        false => Err(Fault::new(
            format!("{id:?} is no id of a rule"),
            "give lower-case letters, digits and hyphens, as in zone-owner-known",
        )),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let written = match path.parent() {
        Some(folder) => fs::create_dir_all(folder),
        None => Ok(()),
    };
    written
        .and_then(|()| fs::write(path, text))
        .map_err(|error| {
            Fault::new(
                format!("cannot write {}: {error}", path.display()),
                "give another folder with --folder",
            )
        })
}

fn rego(id: &str, scope: Scope, example: &Example) -> String {
    let Example {
        title,
        needs,
        needs_to_pass,
        not_applicable,
        deny,
        ..
    } = example;
    format!(
        "# METADATA
# title: {title}
# description: Say here in two sentences why it matters. It is shown where the rule fails.
# related_resources: []
# custom:
#   id: {id}
#   severity: medium
#   scope: {scope}
#   judges: [live, source, plan]
{reads}#   needs: {needs}
#   needs_to_pass: {needs_to_pass}
#   controls: {{}}
#   remediation: Say here how to mend it.
package zonewarden.{package}

import rego.v1

not_applicable if {not_applicable}

{deny}
",
        scope = scope.as_str(),
        reads = match scope {
            Scope::Registration => "#   reads: [registrations]\n",
            Scope::Vpcs => "#   reads: [vpcs]\n",
            _ => "",
        },
        package = id.replace('-', "_"),
    )
}

fn yaml(example: &Example) -> String {
    let [pass, fail, unknown, not_applicable] = example.cases;
    let (key, message) = (example.key, example.message);
    format!(
        "# Each case is the healthy sample of the scope with some facts set.
- name: what is as it should be
  set: {pass}
  expect: pass

- name: what is not
  set: {fail}
  expect: fail
  findings:
    - key: {key:?}
      message: {message:?}

- name: what could not be read
  set: {unknown}
  expect: unknown

- name: what the rule is not about
  set: {not_applicable}
  expect: not_applicable
"
    )
}

/// A fact that could not be read, in YAML.
macro_rules! unknown {
    ($path:literal, $operation:literal) => {
        concat!(
            "{",
            $path,
            ": {$unknown: {reason: access_denied, operation: \"",
            $operation,
            "\"}}}"
        )
    };
}

fn example(scope: Scope) -> Example {
    match scope {
        Scope::Zone => Example {
            title: "Zone has no owner",
            needs: "[zone.tags]",
            needs_to_pass: "[]",
            not_applicable: "input.zone.live == false",
            deny: "deny contains {\"msg\": msg, \"at\": \"zone.tags\"} if {
\tnot input.zone.tags.owner
\tmsg := sprintf(\"%s has no tag named owner.\", [input.zone.name])
}",
            message: "example.com. has no tag named owner.",
            key: "",
            cases: [
                "{zone.tags: {owner: web}}",
                "{zone.tags: {}}",
                unknown!("zone.tags", "route53:ListTagsForResources"),
                "{zone.live: false}",
            ],
        },
        Scope::Ksk => Example {
            title: "KSK of an account without an environment",
            needs: "[ksk.zone.account.tags]",
            needs_to_pass: "[]",
            not_applicable: "input.ksk.zone.live == false",
            deny: "deny contains {\"msg\": msg, \"at\": \"ksk.zone.account.tags\"} if {
\tnot input.ksk.zone.account.tags.env
\tmsg := sprintf(\"The account of the KSK %s has no tag named env.\", [input.ksk.name])
}",
            message: "The account of the KSK ksk1 has no tag named env.",
            key: "",
            cases: [
                "{ksk.zone.account.tags: {env: production}}",
                "{ksk.zone.account.tags: {}}",
                unknown!("ksk.zone.account.tags", "organizations:ListTagsForResource"),
                "{ksk.zone.live: false}",
            ],
        },
        Scope::Registration => Example {
            title: "Domain without a name server of ours",
            needs: "[registration.top_level_domain, registration.nameservers]",
            needs_to_pass: "[]",
            not_applicable: "input.registration.top_level_domain == \"example\"",
            deny: "deny contains {\"msg\": msg, \"at\": \"registration.nameservers\"} if {
\tcount([server | some server in input.registration.nameservers; contains(server, \"awsdns\")]) == 0
\tmsg := sprintf(\"%s has no name server of Route 53.\", [input.registration.name])
}",
            message: "example.com. has no name server of Route 53.",
            key: "",
            cases: [
                "{registration.nameservers: [ns-1.awsdns-01.com]}",
                "{registration.nameservers: [ns.example.net]}",
                unknown!("registration.nameservers", "route53domains:GetDomainDetail"),
                "{registration.top_level_domain: example}",
            ],
        },
        Scope::Vpcs => Example {
            title: "Default VPC is still there",
            needs: "[]",
            needs_to_pass: "[vpcs.vpcs, \"vpcs.vpcs[].is_default\"]",
            not_applicable: "input.vpcs.account.state == \"PENDING_CLOSURE\"",
            deny: "deny contains {\"msg\": msg, \"key\": vpc.id, \"at\": \"vpcs.vpcs\"} if {
\tsome vpc in input.vpcs.vpcs
\tvpc.is_default == true
\tmsg := sprintf(\"The default VPC %s is still there.\", [vpc.id])
}",
            message: "The default VPC vpc-00000000000000002 is still there.",
            key: "vpc-00000000000000002",
            cases: [
                "{vpcs.vpcs.1.is_default: false}",
                "{vpcs.vpcs.1.is_default: true}",
                unknown!("vpcs.vpcs", "ec2:DescribeVpcs"),
                "{vpcs.account.state: PENDING_CLOSURE}",
            ],
        },
        Scope::Key => Example {
            title: "Key of an account without an environment",
            needs: "[key.account.tags]",
            needs_to_pass: "[]",
            not_applicable: "input.key.account.state == \"PENDING_CLOSURE\"",
            deny: "deny contains {\"msg\": msg, \"at\": \"key.account.tags\"} if {
\tnot input.key.account.tags.env
\tmsg := sprintf(\"The account of %s has no tag named env.\", [input.key.arn])
}",
            message: "The account of arn:aws:kms:us-east-1:111111111111:key/00000000-0000-4000-8000-000000000001 has no tag named env.",
            key: "",
            cases: [
                "{key.account.tags: {env: production}}",
                "{key.account.tags: {}}",
                unknown!("key.account.tags", "organizations:ListTagsForResource"),
                "{key.account.state: PENDING_CLOSURE}",
            ],
        },
        Scope::Alarm => Example {
            title: "Alarm of an account without an environment",
            needs: "[alarm.account.tags]",
            needs_to_pass: "[]",
            not_applicable: "input.alarm.account.state == \"PENDING_CLOSURE\"",
            deny: "deny contains {\"msg\": msg, \"at\": \"alarm.account.tags\"} if {
\tnot input.alarm.account.tags.env
\tmsg := sprintf(\"The account of the alarm %s has no tag named env.\", [input.alarm.name])
}",
            message: "The account of the alarm dnssec-internal-failure has no tag named env.",
            key: "",
            cases: [
                "{alarm.account.tags: {env: production}}",
                "{alarm.account.tags: {}}",
                unknown!("alarm.account.tags", "organizations:ListTagsForResource"),
                "{alarm.account.state: PENDING_CLOSURE}",
            ],
        },
        Scope::Account => Example {
            title: "Account has no environment",
            needs: "[account.tags]",
            needs_to_pass: "[]",
            not_applicable: "input.account.public_zones == 0",
            deny: "deny contains {\"msg\": msg, \"at\": \"account.tags\"} if {
\tnot input.account.tags.env
\tmsg := sprintf(\"The account %s has no tag named env.\", [input.account.id])
}",
            message: "The account 111111111111 has no tag named env.",
            key: "",
            cases: [
                "{account.tags: {env: production}}",
                "{account.tags: {}}",
                unknown!("account.tags", "organizations:ListTagsForResource"),
                "{account.public_zones: 0}",
            ],
        },
        Scope::Organization => Example {
            title: "Account has public zones and no environment",
            needs: "[\"organization.accounts[].tags\"]",
            needs_to_pass: "[organization.accounts, \"organization.accounts[].public_zones\"]",
            not_applicable: "input.organization.id == null",
            deny: "deny contains {\"msg\": msg, \"key\": account.id, \"at\": \"organization.accounts\"} if {
\tsome account in input.organization.accounts
\taccount.public_zones > 0
\tnot account.tags.env
\tmsg := sprintf(\"The account %s has public zones and no tag named env.\", [account.id])
}",
            message: "The account 111111111111 has public zones and no tag named env.",
            key: "111111111111",
            cases: [
                "{organization.accounts.0.tags: {env: production}}",
                "{organization.accounts.0.tags: {}}",
                unknown!("organization.accounts.0.tags", "organizations:ListTagsForResource"),
                "{organization.id: null}",
            ],
        },
    }
}
