//! What an alarm watches, whether it can fire and whether anyone is told, by a table of cases each
//! of which an AWS page decides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use zonewarden::derive::alarm::{
    CompositeIndex, NotifiedBy, TopicIndex, Verdict, Watch, can_fire, effective, firing, lies_in,
    notifies, watches,
};
use zonewarden::inventory::{
    Alarm, CompositeTrigger, Fact, MetricQuery, MetricStat, MetricTrigger, Reason, Reference, Set,
    Topic, TopicAttributes, Trigger, Unknown,
};

const ACCOUNT: &str = "111111111111";
const REGION: &str = "us-east-1";
const ONCALL: &str = "arn:aws:sns:us-east-1:111111111111:oncall";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    source: String,
    #[serde(default)]
    alarm: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    composites: Vec<CompositeRow>,
    #[serde(default)]
    composites_unread: bool,
    topics: Option<Vec<TopicRow>>,
    #[serde(default)]
    notified_by: NotifiedBy,
    of: Option<String>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompositeRow {
    name: String,
    rule: String,
    account: Option<String>,
    region: Option<String>,
    actions_enabled: Option<bool>,
    alarm_actions: Option<Set<String>>,
    actions_suppressor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicRow {
    arn: String,
    subscriptions: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueryRow {
    id: String,
    account_id: Option<String>,
    namespace: Option<String>,
    metric: Option<String>,
    zone: Option<String>,
    stat: Option<String>,
    period: Option<i64>,
    expression: Option<String>,
    return_data: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    watches: Option<Vec<String>>,
    #[serde(default)]
    covers: BTreeMap<String, Answer>,
    can_fire: Option<Answer>,
    lies_in_home_region: Option<Answer>,
    why: Option<String>,
    fires_from: Option<From>,
    notifies: Option<Answer>,
    effective: Option<Answer>,
    above: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, PartialEq, Clone, Copy)]
#[serde(untagged)]
enum Answer {
    Known(bool),
    Unknown(Word),
}

#[derive(Debug, Deserialize, PartialEq, Clone, Copy)]
#[serde(untagged)]
enum From {
    Value(f64),
    Word(Word),
}

#[derive(Debug, Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Word {
    Unknown,
    Never,
}

impl From {
    fn of(fact: &Fact<Option<f64>>) -> Self {
        match fact {
            Fact::Known(Some(value)) => Self::Value(*value),
            Fact::Known(None) => Self::Word(Word::Never),
            Fact::Unknown(_) => Self::Word(Word::Unknown),
        }
    }
}

impl Answer {
    fn of(fact: &Fact<bool>) -> Self {
        match fact {
            Fact::Known(value) => Self::Known(*value),
            Fact::Unknown(_) => Self::Unknown(Word::Unknown),
        }
    }

    fn of_verdict(fact: &Fact<Verdict>) -> Self {
        Self::of(&fact.clone().map(|verdict| verdict.value))
    }
}

fn metric_stat(row: &QueryRow) -> MetricStat {
    let zone = row.zone.iter();
    MetricStat {
        namespace: Some(row.namespace.clone().unwrap_or("AWS/Route53".to_owned())),
        metric_name: row.metric.clone(),
        dimensions: zone
            .map(|zone| ("HostedZoneId".to_owned(), zone.clone()))
            .collect(),
        period: Some(row.period.unwrap_or(14400)),
        stat: Some(row.stat.clone().unwrap_or("Sum".to_owned())),
    }
}

fn query(row: QueryRow) -> MetricQuery {
    MetricQuery {
        metric_stat: row.metric.is_some().then(|| metric_stat(&row)),
        period: row.metric.is_none().then_some(row.period).flatten(),
        id: row.id,
        account_id: row.account_id,
        expression: row.expression,
        return_data: row.return_data,
    }
}

fn healthy() -> MetricTrigger {
    MetricTrigger {
        namespace: Some("AWS/Route53".to_owned()),
        metric_name: Some("DNSSECInternalFailure".to_owned()),
        dimensions: [("HostedZoneId".to_owned(), "Z1".to_owned())].into(),
        statistic: Some("Sum".to_owned()),
        period: Some(14400),
        evaluation_periods: Some(1),
        threshold: Some(1.0),
        comparison_operator: Some("GreaterThanOrEqualToThreshold".to_owned()),
        treat_missing_data: Some("notBreaching".to_owned()),
        ..MetricTrigger::default()
    }
}

fn alarm(name: &str, trigger: Trigger) -> Alarm {
    Alarm {
        arn: format!("arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"),
        account: ACCOUNT.to_owned(),
        region: Fact::Known(REGION.to_owned()),
        name: name.to_owned(),
        actions_enabled: Fact::Known(true),
        alarm_actions: Set::complete([Reference::External(ONCALL.to_owned())]),
        state_value: None,
        state_transitioned_timestamp: None,
        trigger,
        collected_at: "2026-06-01T00:00:00Z".parse().unwrap(),
    }
}

fn references(arns: Set<String>) -> Set<Reference> {
    arns.map(Reference::External)
}

/// The healthy alarm with what a row says otherwise.
fn alarm_of(overrides: &BTreeMap<String, serde_json::Value>) -> Alarm {
    let mut trigger = serde_json::to_value(healthy()).unwrap();
    let mut made = alarm("watchdog", Trigger::Metric(healthy()));
    let mut composite = None;
    let mut queries = Vec::new();
    for (key, value) in overrides {
        let value = value.clone();
        match key.as_str() {
            "name" => made.name = serde_json::from_value(value).unwrap(),
            "account" => made.account = serde_json::from_value(value).unwrap(),
            "region" => made.region = serde_json::from_value(value).unwrap(),
            "actions_enabled" => made.actions_enabled = serde_json::from_value(value).unwrap(),
            "alarm_actions" => {
                made.alarm_actions = references(serde_json::from_value(value).unwrap());
            }
            "rule" => composite = Some(serde_json::from_value(value).unwrap()),
            "metrics" => {
                let rows: Vec<QueryRow> = serde_json::from_value(value).unwrap();
                queries = rows.into_iter().map(query).collect();
                for single in ["namespace", "metric_name", "statistic", "period"] {
                    trigger[single] = serde_json::Value::Null;
                }
                trigger["dimensions"] = serde_json::json!({});
            }
            "undetermined" => trigger[key] = value,
            key => {
                assert!(trigger.get(key).is_some(), "an alarm has no {key}");
                trigger[key] = value;
            }
        }
    }
    let mut metric: MetricTrigger = serde_json::from_value(trigger).unwrap();
    metric.metrics = queries;
    made.trigger = match composite {
        Some(alarm_rule) => Trigger::Composite(CompositeTrigger {
            alarm_rule,
            actions_suppressor: None,
        }),
        None => Trigger::Metric(metric),
    };
    made
}

fn composite_of(row: &CompositeRow) -> Alarm {
    let trigger = Trigger::Composite(CompositeTrigger {
        alarm_rule: row.rule.clone(),
        actions_suppressor: row.actions_suppressor.clone(),
    });
    let mut made = alarm(&row.name, trigger);
    made.account = row.account.clone().unwrap_or(made.account);
    made.region = row.region.clone().map_or(made.region, Fact::Known);
    made.actions_enabled = Fact::Known(row.actions_enabled.unwrap_or(true));
    if let Some(actions) = &row.alarm_actions {
        made.alarm_actions = references(actions.clone());
    }
    made
}

fn denied() -> Unknown {
    Unknown::because(Reason::AccessDenied, "not allowed")
}

fn topic_of(row: &TopicRow) -> Topic {
    let attributes = |confirmed| TopicAttributes {
        subscriptions_confirmed: Some(confirmed),
        subscriptions_pending: Some(0),
    };
    Topic {
        arn: row.arn.clone(),
        account: Some(ACCOUNT.to_owned()),
        region: Some(REGION.to_owned()),
        attributes: match (row.subscriptions.as_i64(), row.subscriptions.as_str()) {
            (Some(confirmed), _) => Fact::Known(Some(attributes(confirmed))),
            (_, Some("none")) => Fact::Known(None),
            (_, Some("unknown")) => Fact::unknown(denied()),
            _ => panic!("subscriptions of {}", row.arn),
        },
        collected_at: "2026-06-01T00:00:00Z".parse().unwrap(),
    }
}

/// A watch as the table writes it.
fn written(watch: &Watch) -> String {
    let zone = match &watch.zone {
        Fact::Known(Some(zone)) => zone.as_str(),
        Fact::Known(None) => "*",
        Fact::Unknown(_) => "?",
    };
    let mut text = format!("{} {zone}", watch.metric_name);
    if watch.account != ACCOUNT {
        write!(text, " {}", watch.account).unwrap();
    }
    if !watch.known_metric {
        text.push_str(" no-such-metric");
    }
    assert_eq!(watch.namespace, "AWS/Route53");
    text
}

fn check<T: PartialEq + std::fmt::Debug>(
    failures: &mut String,
    row: &Row,
    what: &str,
    expected: Option<&T>,
    actual: &T,
) {
    if let Some(expected) = expected
        && expected != actual
    {
        writeln!(
            failures,
            "{}: {what} is {actual:?}, expected {expected:?}",
            row.name
        )
        .unwrap();
    }
}

fn judge(row: &Row, failures: &mut String) {
    let alarm = alarm_of(&row.alarm);
    let watches = watches(&alarm);
    let gaps = watches.gaps().map(|_| "gap".to_owned());
    let listed: Vec<String> = watches.items().map(written).chain(gaps).collect();
    check(
        failures,
        row,
        "watches",
        row.expect.watches.as_ref(),
        &listed,
    );

    for (zone, expected) in &row.expect.covers {
        let (zone_id, account) = zone.split_once(" in ").unwrap();
        let covers = |watch: &Watch| Answer::of(&watch.covers(zone_id, account));
        let answers: Vec<Answer> = watches.items().map(covers).collect();
        let actual = [Answer::Known(true), Answer::Unknown(Word::Unknown)]
            .into_iter()
            .find(|answer| answers.contains(answer))
            .unwrap_or(Answer::Known(false));
        check(
            failures,
            row,
            &format!("covers {zone}"),
            Some(expected),
            &actual,
        );
    }

    let lies_in = lies_in(&alarm, REGION);
    check(
        failures,
        row,
        "lies_in_home_region",
        row.expect.lies_in_home_region.as_ref(),
        &Answer::of_verdict(&lies_in),
    );

    let one = match &row.of {
        Some(metric) => watches.items().find(|watch| watch.metric_name == *metric),
        None => watches.items().next(),
    };
    let can_fire = match (&row.of, one) {
        (Some(_), Some(watch)) => firing(&alarm, watch).can_fire,
        _ => can_fire(&alarm, &watches),
    };
    check(
        failures,
        row,
        "can_fire",
        row.expect.can_fire.as_ref(),
        &Answer::of_verdict(&can_fire),
    );
    if let Some(expected) = &row.expect.fires_from {
        let actual = From::of(&firing(&alarm, one.expect(&row.name)).fires_from);
        check(failures, row, "fires_from", Some(expected), &actual);
    }

    let composites: Vec<Alarm> = row.composites.iter().map(composite_of).collect();
    let mut index = CompositeIndex::new(&composites);
    let why = denied();
    if row.composites_unread {
        index = index.with_gap(ACCOUNT, &why);
    }
    let above: Vec<String> = index
        .above(&alarm)
        .into_iter()
        .map(|above| above.name.clone())
        .collect();
    check(failures, row, "above", row.expect.above.as_ref(), &above);

    let oncall = TopicRow {
        arn: ONCALL.to_owned(),
        subscriptions: 2.into(),
    };
    let topics = row
        .topics
        .as_deref()
        .unwrap_or(std::slice::from_ref(&oncall));
    let topics: Vec<Topic> = topics.iter().map(topic_of).collect();
    let topics = TopicIndex::new(&topics);
    let notifies = notifies(&alarm, &index, &topics, row.notified_by);
    check(
        failures,
        row,
        "notifies",
        row.expect.notifies.as_ref(),
        &Answer::of_verdict(&notifies),
    );

    let effective = effective(&effective(&lies_in, &can_fire), &notifies);
    let actual = Answer::of_verdict(&effective);
    check(
        failures,
        row,
        "effective",
        row.expect.effective.as_ref(),
        &actual,
    );
    if row.expect.why.is_some() {
        let effective = effective.known().expect(&row.name);
        check(failures, row, "why", Some(&row.expect.why), &effective.why);
    }
}

#[test]
fn the_table_of_cases_holds() {
    let table = include_str!("derive/alarm.yaml");
    let rows: Vec<Row> = serde_saphyr::from_str(table).unwrap();
    assert!(rows.len() >= 100, "the table has lost rows: {}", rows.len());
    let mut failures = String::new();
    for row in &rows {
        assert!(
            row.source.starts_with("https://docs.aws.amazon.com/"),
            "{}",
            row.name
        );
        judge(row, &mut failures);
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// The verdicts of the healthy alarm with an expression on one metric in place of the metric.
fn with_expressions(expressions: &[String]) -> (usize, Fact<Verdict>) {
    let metric = serde_json::json!(
        {"id": "m1", "metric": "DNSSECInternalFailure", "zone": "Z1", "return_data": false}
    );
    let last = expressions.len();
    let queries = expressions.iter().zip(1..).map(|(expression, n)| {
        serde_json::json!({"id": format!("e{n}"), "expression": expression, "return_data": n == last})
    });
    let metrics: Vec<serde_json::Value> = [metric].into_iter().chain(queries).collect();
    let alarm = alarm_of(&[("metrics".to_owned(), metrics.into())].into());
    let watches = watches(&alarm);
    (watches.gaps().count(), can_fire(&alarm, &watches))
}

#[test]
fn an_expression_without_end_is_unknown() {
    let nested = |open: &str, close: &str, n: usize| open.repeat(n) + "m1" + &close.repeat(n);
    let expressions = [
        nested("(", ")", 1_000),
        nested("-", "", 2_000),
        nested("[", "]", 1_000),
        nested("ABS(", ")", 400),
        nested("MAX([", "])", 300),
        nested("2^", "", 1_000),
        "m1+".repeat(600) + "m1",
        "m1 OR ".repeat(300) + "m1",
        nested("\"", "", 1),
        "m1".repeat(1 << 20),
    ];
    for expression in expressions {
        let (_, verdict) = with_expressions(std::slice::from_ref(&expression));
        assert!(verdict.why_unknown().is_some(), "{verdict:?}");
    }
}

#[test]
fn expressions_that_multiply_each_other_are_unknown() {
    let doubling = (1..=15).map(|n| match n {
        1 => format!("[{}m1]", "m1,".repeat(60)),
        n => format!("[{}e{}]", format!("e{},", n - 1).repeat(60), n - 1),
    });
    let (gaps, verdict) = with_expressions(&doubling.collect::<Vec<_>>());
    assert_eq!(gaps, 0);
    assert!(verdict.why_unknown().is_some(), "{verdict:?}");

    let deep = (1..=15).map(|n| match n {
        1 => "m1".to_owned(),
        n => format!("{}e{}", "-".repeat(60), n - 1),
    });
    let (gaps, verdict) = with_expressions(&deep.collect::<Vec<_>>());
    assert_eq!(gaps, 0);
    assert!(verdict.why_unknown().is_some(), "{verdict:?}");

    let many = vec!["m1".to_owned(); 30];
    assert_eq!(
        with_expressions(&many).0,
        1,
        "more queries than CloudWatch takes"
    );
}

fn composite(name: &str, rule: String) -> Alarm {
    let actions_suppressor = None;
    alarm(
        name,
        Trigger::Composite(CompositeTrigger {
            alarm_rule: rule,
            actions_suppressor,
        }),
    )
}

fn notifies_under(composites: &[Alarm]) -> Fact<Verdict> {
    let alarm = alarm_of(&[("alarm_actions".to_owned(), serde_json::json!([]))].into());
    let index = CompositeIndex::new(composites);
    notifies(&alarm, &index, &TopicIndex::default(), NotifiedBy::Action)
}

#[test]
fn a_rule_without_end_is_unknown() {
    let rules = [
        "NOT ".repeat(2_000) + "ALARM(watchdog)",
        "(".repeat(2_000) + "ALARM(watchdog)" + &")".repeat(2_000),
        "ALARM(watchdog) OR ".repeat(600) + "FALSE",
        "OK(a) AND ".repeat(600) + "ALARM(watchdog)",
        "ALARM(watchdog".to_owned(),
        "ALARM(\"watchdog".to_owned(),
        "AT_LEAST(101%, ALARM, (watchdog))".to_owned(),
        "AT_LEAST(-1, ALARM, (watchdog))".to_owned(),
    ];
    for rule in rules {
        let verdict = notifies_under(&[composite("parent", rule)]);
        assert!(verdict.why_unknown().is_some(), "{verdict:?}");
    }
}

#[test]
fn more_composite_alarms_than_are_followed_leave_it_unknown() {
    let chain = |length: usize| -> Vec<Alarm> {
        let below = |n: usize| match n {
            0 => "watchdog".to_owned(),
            n => format!("link-{n}"),
        };
        let link = |n: usize| {
            let mut link = composite(&format!("link-{}", n + 1), format!("ALARM({})", below(n)));
            link.actions_enabled = Fact::Known(n + 1 == length);
            link
        };
        (0..length).map(link).collect()
    };
    assert!(notifies_under(&chain(100)).known().unwrap().value);
    let verdict = notifies_under(&chain(10_000));
    assert!(verdict.why_unknown().is_some(), "{verdict:?}");
}

#[test]
fn what_a_rule_is_given_has_its_documented_form() {
    let query = "SELECT MAX(DNSSECInternalFailure) FROM \"AWS/Route53\" WHERE tag.env = 'prod'";
    let metrics = serde_json::json!([{"id": "q1", "period": 3600, "expression": query}]);
    let alarm = alarm_of(&[("metrics".to_owned(), metrics)].into());
    let unknown = |detail: &str| serde_json::json!({"$unknown": {"reason": "not_determined", "detail": detail}});
    let watches = watches(&alarm);
    assert_eq!(
        serde_json::to_value(&watches).unwrap(),
        serde_json::json!([{
            "namespace": "AWS/Route53",
            "metric_name": "DNSSECInternalFailure",
            "known_metric": true,
            "zone": unknown("which zones a filter on tag.env leaves is not known"),
            "account": ACCOUNT,
        }])
    );
    assert_eq!(
        serde_json::to_value(firing(&alarm, watches.items().next().unwrap())).unwrap(),
        serde_json::json!({"can_fire": {"value": true, "why": null}, "fires_from": 1.0})
    );
}
