//! Reports to render: every severity and outcome, and names that mean harm.

mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use zonewarden_reports::{
    AccountCounts, BaselineState, Counts, Coverage, DnsCounts, Evidence, Gap, Location, Mode,
    Outcome, PreviousSnapshot, Report, Role, Rule, RuleResult, Run, SCHEMA, Scope, Severity,
    SeverityCounts, Skipped, Subject, Summary, Tool, UnknownFact, Waiver, WaiverSource, ZoneCounts,
    fingerprint,
};

pub(crate) use source::{clean_source, findings_in_files, source};

pub(crate) const PRODUCTION: &str = "111122223333";
pub(crate) const HOSTILE: &str = "222233334444";

/// A name that clears the screen, and one that a right-to-left override turns round.
pub(crate) const ESCAPING: &str = "dnssec\u{1b}[2J\u{7}\nalarm\u{202e}gpj.exe";

/// A message that means something to every reader but a person.
pub(crate) const MEANINGFUL: &str =
    "\"quoted\", [click](https://evil.example/) {0} <script>alert(1)</script> `x` & *y*; =1+1";

/// A live organisation with everything in it.
pub(crate) fn organization() -> Report {
    let delegated = zone_result("ds-without-signing", "-1.example.com.", 1)
        .message("The parent has DS 60485 13 2 D4B7… and the zone is NOT_SIGNING: validating resolvers answer SERVFAIL for every name in it.")
        .remediation("Enable signing with the key that the DS names; or remove the DS and wait for its TTL.")
        .fix(["aws", "route53", "enable-hosted-zone-dnssec", "--hosted-zone-id", "Z0000000000000000001"]);
    let cause = delegated.0.fingerprint.clone();
    let mut results = vec![
        delegated,
        zone_result("chain-validates", "-1.example.com.", 1)
            .message("-1.example.com. SOA is bogus: no DNSKEY matches the DS (RFC 8914 code 9).")
            .cause(&cause)
            .evidence("validation.verdict", "bogus")
            .evidence("validation.ede", "9"),
        zone_result("alarm-internal-failure", "-1.example.com.", 1)
            .message("No alarm covers the metric DNSSECInternalFailure of -1.example.com.")
            .severity(Severity::Medium)
            .cause(&cause),
        result(
            "scan-complete",
            subject("account", "444455556666", "444455556666", None)
                .in_account("444455556666", "staging"),
        )
        .message("The account could not be read: sts:AssumeRole was denied.")
        .remediation("Create the read-only role in the account, or name another one."),
        result(
            "key-grant-allowed",
            subject(
                "key",
                "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001",
                "alias/dnssec",
                Some("us-east-1"),
            ),
        )
        .message("kms:CreateGrant is not allowed to dnssec-route53.amazonaws.com.")
        .remediation("Allow it with kms:GrantIsForAWSResource.")
        .fix([
            "aws",
            "kms",
            "put-key-policy",
            "--key-id",
            "alias/it's $(id) `id`",
            "--policy",
            r#"{"Version": "2012-10-17", "Id": "a;-b"}"#,
        ]),
        result(
            "alarm-notifies",
            subject(
                "alarm",
                &format!("arn:aws:cloudwatch:us-east-1:{HOSTILE}:alarm:{ESCAPING}"),
                ESCAPING,
                Some("us-east-1"),
            )
            .in_account(HOSTILE, "=cmd|'/C calc'!A0\u{1b}]0;x\u{7}"),
        )
        .message(&format!("{ESCAPING} notifies nobody."))
        .remediation("Give it an action.")
        .fix([
            "aws",
            "cloudwatch",
            "enable-alarm-actions",
            "--alarm-names",
            ESCAPING,
        ]),
        zone_result(
            "ksk-key-not-shared",
            "<script>alert(1)</script>.example.",
            20,
        )
        .message(MEANINGFUL),
        result(
            "key-duties-split",
            subject(
                "key",
                "arn:aws:kms:us-east-1:111122223333:key/mrk-1",
                "",
                Some("us-east-1"),
            ),
        )
        .key("arn:aws:iam::111122223333:role/Admin")
        .message("=HYPERLINK(\"https://evil.example/\")"),
        zone_result("alarm-internal-failure", "quiet.example.", 30)
            .message("No alarm covers the metric DNSSECInternalFailure of quiet.example.")
            .waived("W-12"),
        zone_result("zone-signed", "hidden.example.", 31).unknown(UnknownFact {
            fact: Some("zone.dnssec".to_owned()),
            reason: "access_denied".to_owned(),
            operation: Some("route53:GetDNSSEC".to_owned()),
            code: Some("AccessDenied".to_owned()),
            detail: Some("no identity-based policy allows it".to_owned()),
        }),
        zone_result("ds-without-signing", "hidden.example.", 31).unknown(UnknownFact {
            fact: Some("zone.dnssec".to_owned()),
            reason: "access_denied".to_owned(),
            operation: Some("route53:GetDNSSEC".to_owned()),
            code: Some("AccessDenied".to_owned()),
            detail: None,
        }),
        zone_result("chain-validates", "slow.example.", 32).unknown(UnknownFact {
            fact: None,
            reason: "rule_error".to_owned(),
            operation: None,
            code: None,
            detail: Some("the rule passed its bound of time".to_owned()),
        }),
        zone_result("zone-signed", "-1.example.com.", 1).outcome(Outcome::NotApplicable),
        zone_result("zone-signed", "good.example.", 33).outcome(Outcome::Pass),
    ];
    for (number, name) in (10..).zip([
        "shop.example.",
        r"\052.example.net.",
        "caf\u{e9}.example.",
        "d.example.",
        "e.example.",
    ]) {
        results.push(unsigned(name, number));
    }
    results.push(
        unsigned("in-code.example.", 15)
            .at(
                Role::Primary,
                "infra/zones & keys/100%/main.tf",
                (12, 1, 14, 2),
                None,
            )
            .at(
                Role::Related,
                "infra/kms.tf",
                (3, 1, 3, 40),
                Some("the key that would sign it"),
            ),
    );
    results.push(
        unsigned("private-looking.example.", 16)
            .severity(Severity::Low)
            .baseline(BaselineState::New),
    );

    let mut report = report(results);
    report.run.previous = Some(PreviousSnapshot {
        digest: format!("sha256:{}", "b2".repeat(32)),
        started_at: "2026-05-31T00:00:00Z".parse().unwrap(),
        finished_at: Some("2026-05-31T00:01:25Z".parse().unwrap()),
    });
    report.summary.dns = Some(DnsCounts {
        secure: 7,
        insecure: 2,
        bogus: 1,
        indeterminate: 0,
        not_delegated: 3,
        unknown: 1,
    });
    report.coverage = Coverage {
        complete: false,
        accounts: AccountCounts {
            in_scope: 6,
            read: 4,
            partial: 1,
            failed: 1,
            skipped: 1,
            not_selected: 1,
        },
        zones: ZoneCounts {
            in_scope: 15,
            read: 12,
            partial: 2,
            failed: 1,
            skipped: 3,
        },
        gaps: vec![
            gap(
                "444455556666",
                "444455556666",
                "sts:AssumeRole",
                "access_denied",
            ),
            gap(
                HOSTILE,
                "arn:aws:route53:::hostedzone/Z31",
                "route53:GetDNSSEC",
                "throttled",
            ),
            gap(
                HOSTILE,
                "arn:aws:route53:::hostedzone/Z32",
                "route53:GetDNSSEC",
                "throttled",
            ),
        ],
        skipped: vec![Skipped {
            account: "777788889999".to_owned(),
            reason: "SUSPENDED".to_owned(),
        }],
        whole: true,
        selected: vec![PRODUCTION.to_owned(), HOSTILE.to_owned()],
        not_selected: vec!["888899990000".to_owned()],
        source: None,
    };
    report.warnings = vec!["The waiver W-9 covers nothing;\u{1b}[31m remove it.".to_owned()];
    report
}

/// An organisation with nothing to find.
pub(crate) fn clean() -> Report {
    let mut report = report(vec![
        zone_result("zone-signed", "good.example.", 33).outcome(Outcome::Pass),
    ]);
    report.coverage.accounts = AccountCounts {
        in_scope: 1,
        read: 1,
        ..AccountCounts::default()
    };
    report.coverage.zones = ZoneCounts {
        in_scope: 1,
        read: 1,
        ..ZoneCounts::default()
    };
    report
}

/// As many zones as asked for, none of them signed.
pub(crate) fn unsigned_zones(number: u64) -> Report {
    report(
        (1..=number)
            .map(|n| unsigned(&format!("zone-{n:06}.example."), n))
            .collect(),
    )
}

/// A report with these results, in which every account and zone was read.
pub(crate) fn report(results: Vec<Builder>) -> Report {
    let mut results: Vec<_> = results.into_iter().map(|builder| builder.0).collect();
    results.sort_by(RuleResult::worst_first);
    let mut rules = rules();
    let mut summary = Summary::default();
    for result in &results {
        let counts = rules
            .iter_mut()
            .find(|rule| *rule.id == *result.rule)
            .map(|r| &mut r.counts);
        count(result, &mut summary, counts.unwrap());
    }
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "zonewarden".to_owned(),
            version: "0.1.0".to_owned(),
            rules_digest: format!("sha256:{}", "5e".repeat(32)),
        },
        run: Run {
            caller: Some("arn:aws:sts::999999999999:assumed-role/Audit/ci".to_owned()),
            started_at: Some("2026-06-01T00:00:00Z".parse().unwrap()),
            finished_at: Some("2026-06-01T00:01:30.5Z".parse().unwrap()),
            evaluated_at: "2026-06-01T00:01:30.5Z".parse().unwrap(),
            snapshot_digest: Some(format!("sha256:{}", "a1".repeat(32))),
            waivers_digest: None,
            settings_digest: Some(format!("sha256:{}", "c3".repeat(32))),
            previous: None,
            ci: None,
        },
        scope: Scope {
            mode: Mode::Live,
            organization: Some("o-example12345".to_owned()),
            partition: Some("aws".to_owned()),
            paths: vec![],
        },
        coverage: Coverage {
            complete: true,
            accounts: AccountCounts::default(),
            zones: ZoneCounts::default(),
            gaps: vec![],
            skipped: vec![],
            whole: true,
            selected: vec![PRODUCTION.to_owned()],
            not_selected: vec![],
            source: None,
        },
        baseline: None,
        rules,
        results,
        warnings: vec![],
        summary,
    }
}

fn count(result: &RuleResult, summary: &mut Summary, counts: &mut Counts) {
    let (of_run, of_rule) = match result.outcome {
        Outcome::Fail => (
            severity_count(&mut summary.fail, result.severity),
            &mut counts.fail,
        ),
        Outcome::Unknown => (&mut summary.unknown, &mut counts.unknown),
        Outcome::Waived => (&mut summary.waived, &mut counts.waived),
        Outcome::Pass => (&mut summary.pass, &mut counts.pass),
        Outcome::NotApplicable => (&mut summary.not_applicable, &mut counts.not_applicable),
    };
    *of_run += 1;
    *of_rule += 1;
}

fn severity_count(counts: &mut SeverityCounts, severity: Severity) -> &mut u64 {
    match severity {
        Severity::Critical => &mut counts.critical,
        Severity::High => &mut counts.high,
        Severity::Medium => &mut counts.medium,
        Severity::Low => &mut counts.low,
        Severity::Info => &mut counts.info,
    }
}

fn rules() -> Vec<Rule> {
    let mut rules = vec![
        rule(
            "alarm-internal-failure",
            "No DNSSECInternalFailure alarm",
            Severity::High,
            "zone",
        ),
        rule(
            "alarm-notifies",
            "Alarm cannot notify",
            Severity::High,
            "alarm",
        ),
        rule(
            "chain-validates",
            "Does not validate",
            Severity::Critical,
            "zone",
        ),
        rule(
            "ds-without-signing",
            "OUTAGE: DS at parent, zone not signing",
            Severity::Critical,
            "zone",
        ),
        rule(
            "key-duties-split",
            "Same people may sign data and delete key",
            Severity::Info,
            "key",
        ),
        rule(
            "key-grant-allowed",
            "No CreateGrant statement",
            Severity::Medium,
            "key",
        ),
        rule(
            "ksk-key-not-shared",
            "KMS key reused over zones",
            Severity::Low,
            "key",
        ),
        rule("scan-complete", "Coverage gap", Severity::High, "account"),
        rule(
            "signing-removal-completes",
            "Stuck in DELETING",
            Severity::Medium,
            "zone",
        ),
        rule(
            "vpc-validates",
            "VPC without DNSSEC validation",
            Severity::Low,
            "vpcs",
        ),
        rule("zone-signed", "Zone not signed", Severity::High, "zone"),
    ];
    for (id, why) in [
        ("signing-removal-completes", "there is no earlier snapshot"),
        ("vpc-validates", "the resolver was not collected"),
    ] {
        let rule = rules.iter_mut().find(|rule| rule.id == id).unwrap();
        rule.selected = false;
        rule.why = Some(why.to_owned());
    }
    rules
}

fn rule(id: &str, title: &str, severity: Severity, scope: &str) -> Rule {
    let control = if scope == "key" { "SC-12" } else { "SC-20" };
    let mut controls = BTreeMap::from([(
        "nist-800-53-r5".to_owned(),
        vec![control.to_owned(), "SI-4".to_owned()],
    )]);
    if id == "zone-signed" {
        let house = (1..=12).map(|n| format!("DNS-{n:02}")).collect();
        controls.insert("house".to_owned(), house);
    }
    Rule {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!(
            "Why {id} matters: without it <everyone> & *anyone* can forge answers."
        ),
        severity,
        scope: scope.to_owned(),
        selected: true,
        why: None,
        controls,
        remediation: "Mend it.".to_owned(),
        related_resources: vec![
            "javascript:alert".to_owned(),
            "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html"
                .to_owned(),
        ],
        counts: Counts::default(),
    }
}

/// A zone of that name that is not signed.
pub(crate) fn unsigned(name: &str, number: u64) -> Builder {
    let id = format!("Z{number:019}");
    zone_result("zone-signed", name, number)
        .message(&format!("{name} is not signed."))
        .remediation("Create a key-signing key and enable signing.")
        .fix([
            "aws",
            "route53",
            "enable-hosted-zone-dnssec",
            "--hosted-zone-id",
            &id,
        ])
}

pub(crate) fn zone_result(rule: &str, name: &str, number: u64) -> Builder {
    result(
        rule,
        subject(
            "zone",
            &format!("arn:aws:route53:::hostedzone/Z{number:019}"),
            name,
            None,
        ),
    )
}

fn subject(kind: &str, id: &str, name: &str, region: Option<&str>) -> Subject {
    Subject {
        kind: kind.into(),
        id: id.to_owned(),
        name: name.to_owned(),
        account: Some(PRODUCTION.into()),
        account_name: Some("production".into()),
        ou: Some("/prod/web".into()),
        region: region.map(Into::into),
        tags: BTreeMap::from([("owner".into(), "web".into())]),
        root: None,
        construct_path: None,
    }
}

trait InAccount {
    fn in_account(self, id: &str, name: &str) -> Self;
}

impl InAccount for Subject {
    fn in_account(mut self, id: &str, name: &str) -> Self {
        self.account = Some(id.into());
        self.account_name = Some(name.into());
        self
    }
}

pub(crate) fn gap(account: &str, subject: &str, operation: &str, reason: &str) -> Gap {
    Gap {
        account: Some(account.to_owned()),
        subject: subject.to_owned(),
        operation: Some(operation.to_owned()),
        reason: reason.to_owned(),
        code: Some("AccessDenied".to_owned()),
        detail: None,
        location: None,
        waiver: None,
    }
}

/// A waiver with an owner and an end.
pub(crate) fn waiver(id: &str) -> Arc<Waiver> {
    Arc::new(Waiver {
        id: id.to_owned(),
        source: WaiverSource::File,
        reason: "The old name servers are switched off in spring.".to_owned(),
        owner: Some("web".to_owned()),
        approved_by: Some("=security".to_owned()),
        ticket: Some("DNS-12".to_owned()),
        created: Some(date(2026, 1, 31)),
        expires: Some(date(2026, 5, 1)),
    })
}

/// A failure of the rule, as bad as its rule.
pub(crate) fn result(rule: &str, subject: Subject) -> Builder {
    Builder(RuleResult {
        rule: rule.into(),
        outcome: Outcome::Fail,
        severity: rules()
            .iter()
            .find(|known| known.id == rule)
            .unwrap()
            .severity,
        fingerprint: fingerprint(rule, &subject.id, ""),
        subject,
        key: String::new(),
        message: String::new(),
        remediation: "".into(),
        fix: vec![],
        unknown: None,
        cause: None,
        evidence: vec![],
        locations: vec![],
        baseline: None,
        waiver: None,
    })
}

/// A result in the making.
pub(crate) struct Builder(pub(crate) RuleResult);

impl Builder {
    pub(crate) fn message(mut self, message: &str) -> Self {
        self.0.message = message.to_owned();
        self
    }

    pub(crate) fn remediation(mut self, words: &str) -> Self {
        self.0.remediation = words.into();
        self
    }

    pub(crate) fn fix<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.0.fix = arguments.map(Into::into).to_vec();
        self
    }

    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.key = key.to_owned();
        self.0.fingerprint = fingerprint(&self.0.rule, &self.0.subject.id, key);
        self
    }

    pub(crate) fn cause(mut self, fingerprint: &str) -> Self {
        self.0.cause = Some(fingerprint.to_owned());
        self
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    fn baseline(mut self, state: BaselineState) -> Self {
        self.0.baseline = Some(state);
        self
    }

    fn evidence(mut self, name: &str, value: &str) -> Self {
        self.0.evidence.push(Evidence {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    pub(crate) fn at(
        mut self,
        role: Role,
        file: &str,
        region: (u64, u64, u64, u64),
        text: Option<&str>,
    ) -> Self {
        let (line, column, end_line, end_column) = region;
        self.0.locations.push(Location {
            role,
            file: file.to_owned(),
            line,
            column,
            end_line,
            end_column,
            text: text.map(str::to_owned),
        });
        self
    }

    pub(crate) fn waived(mut self, id: &str) -> Self {
        self.0.waiver = Some(waiver(id));
        self.outcome(Outcome::Waived)
    }

    pub(crate) fn unknown(mut self, fact: UnknownFact) -> Self {
        self.0.message = "The verdict is not known.".to_owned();
        self.0.unknown = Some(fact);
        self.outcome(Outcome::Unknown)
    }

    pub(crate) fn outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }
}
