//! What a template of CloudFormation declares. The properties are those of the "AWS resource and
//! property types reference".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Alarm, Alias, Composite, Decides, Declared, Kept, Key, KeyOrigin, Ksk, LogGroup, LogPolicy,
    Metric, Pairs, Query, QueryLog, Record, Resource, Signing, Stated, Validation, Vpc, Zone,
};
use crate::iac::cloudformation::{self, Template};
use crate::iac::place::Place;
use crate::iac::value::{Data, Value};
use crate::inventory::{Reason, Unknown};

impl From<&Template> for Declared {
    fn from(template: &Template) -> Self {
        let mut declared = Self {
            root: template.file.clone(),
            more: template.more.first().cloned(),
            ..Self::default()
        };
        for made in &template.resources {
            declared.add(made, template);
        }
        declared
    }
}

impl Declared {
    fn add(&mut self, made: &cloudformation::Resource, template: &Template) {
        let stated = |name: &str| stated(made, name);
        let resource = || resource(made, template);
        match made.kind.as_ref() {
            "AWS::Route53::HostedZone" => {
                let config = stated("HostedZoneConfig");
                self.zones.push(Zone {
                    resource: resource(),
                    looked_up: false,
                    name: stated("Name"),
                    id: None,
                    reference: None,
                    comment: config.as_ref().and_then(|config| member(config, "Comment")),
                    private: has_vpcs(stated("VPCs")),
                    tags: None,
                });
                if let Some(logging) = stated("QueryLoggingConfig") {
                    let group = logging.value.get("CloudWatchLogsLogGroupArn");
                    let open = logging.value.why_unknown();
                    let open = open.or_else(|| group.and_then(Value::why_unknown));
                    let resource = resource();
                    self.query_logs.push(QueryLog {
                        resource: Resource {
                            multiplicity: open.cloned().or(resource.multiplicity.clone()),
                            condition: resource.condition.clone().filter(|_| open.is_none()),
                            ..resource
                        },
                        zone: Some(itself(made)),
                        log_group: group.map(at_its_place),
                    });
                }
            }
            "AWS::Route53::DNSSEC" => self.signings.push(Signing {
                resource: resource(),
                zone: stated("HostedZoneId"),
                status: None,
            }),
            "AWS::Route53::KeySigningKey" => self.ksks.push(Ksk {
                resource: resource(),
                zone: stated("HostedZoneId"),
                key: stated("KeyManagementServiceArn"),
                name: stated("Name"),
                status: stated("Status"),
            }),
            "AWS::Logs::LogGroup" => self.log_groups.push(LogGroup {
                resource: resource(),
                name: stated("LogGroupName"),
                retention: stated("RetentionInDays"),
                arn_has_asterisk: true,
            }),
            "AWS::Logs::ResourcePolicy" => self.log_policies.push(LogPolicy {
                resource: resource(),
                document: stated("PolicyDocument"),
            }),
            "AWS::EC2::VPC" => self.vpcs.push(Vpc {
                resource: resource(),
                id: None,
                is_default: false,
                name: stated("Tags").and_then(|tags| name_among(&tags.value)),
            }),
            "AWS::Route53Resolver::ResolverDNSSECConfig" => self.validations.push(Validation {
                resource: resource(),
                vpc: stated("ResourceId"),
                decides: Decides::ThatItValidates,
            }),
            "AWS::Route53Profiles::ProfileAssociation" => self.validations.push(Validation {
                resource: resource(),
                vpc: stated("ResourceId"),
                decides: Decides::ByProfile,
            }),
            "AWS::KMS::Key" => self.keys.push(key(made, template, KeyOrigin::Kms)),
            "AWS::KMS::ReplicaKey" => self.keys.push(key(made, template, KeyOrigin::Replica)),
            "AWS::KMS::Alias" => self.aliases.push(Alias {
                resource: resource(),
                target: stated("TargetKeyId"),
            }),
            "AWS::CloudWatch::Alarm" => self.alarms.push(alarm(made, template)),
            "AWS::CloudWatch::CompositeAlarm" => self.composites.push(Composite {
                resource: resource(),
                name: stated("AlarmName"),
                actions_enabled: stated("ActionsEnabled"),
                alarm_actions: stated("AlarmActions"),
                alarm_rule: stated("AlarmRule"),
                actions_suppressor: stated("ActionsSuppressor"),
            }),
            "AWS::Route53::RecordSet" => {
                let properties = made.properties.iter();
                let properties = properties.map(|(name, property)| {
                    (
                        Arc::clone(name),
                        (property.value.clone(), property.place.clone()),
                    )
                });
                self.records
                    .push(record(resource(), &properties.collect(), made));
            }
            "AWS::Route53::RecordSetGroup" => {
                let sets = stated("RecordSets");
                if sets
                    .as_ref()
                    .is_some_and(|sets| sets.value.items().is_none())
                {
                    // One of which nothing is known stands for however many there are.
                    self.records
                        .push(record(resource(), &Properties::new(), made));
                }
                for set in sets
                    .iter()
                    .flat_map(|sets| sets.value.items().unwrap_or_default())
                {
                    let members = set.members().into_iter().flatten();
                    let members = members.map(|(name, value)| {
                        (Arc::clone(name), (value.clone(), value.place.clone()))
                    });
                    self.records
                        .push(record(resource(), &members.collect(), made));
                }
            }
            "AWS::IAM::Role" | "AWS::IAM::User" => {
                let account = template.account.clone();
                self.principals
                    .insert(Arc::clone(&made.logical_id), account);
            }
            _ => {}
        }
    }
}

/// A property that is set, and not to null.
fn stated(made: &cloudformation::Resource, name: &str) -> Option<Stated> {
    let property = made.properties.get(name)?;
    (!property.value.is_null()).then(|| Stated {
        value: property.value.clone(),
        place: property.place.clone(),
    })
}

fn member(object: &Stated, name: &str) -> Option<Stated> {
    let value = object.value.get(name)?;
    (!value.is_null()).then(|| at_its_place(value))
}

/// The value of the tag `Name` in a list of tags.
fn name_among(tags: &Value) -> Option<Stated> {
    let mut tags = tags.items().unwrap_or_default().iter();
    let is_name = |tag: &&Value| tag.get("Key").and_then(Value::as_str) == Some("Name");
    tags.find(is_name)?.get("Value").map(at_its_place)
}

fn at_its_place(value: &Value) -> Stated {
    Stated {
        value: value.clone(),
        place: value.place.clone(),
    }
}

/// A reference to a resource itself.
fn itself(made: &cloudformation::Resource) -> Stated {
    let symbol = crate::iac::value::Symbol::of(Arc::clone(&made.logical_id));
    at_its_place(&Value::new(Data::Symbol(symbol), made.header.clone()))
}

fn resource(made: &cloudformation::Resource, template: &Template) -> Resource {
    let stack = made
        .logical_id
        .rsplit_once('.')
        .map_or("", |(stack, _)| stack);
    let condition = made.condition.as_ref().filter(|condition| !condition.holds);
    Resource {
        address: Arc::clone(&made.logical_id),
        dependency: Arc::clone(&made.logical_id),
        header: made.header.clone(),
        calls: made.calls.clone(),
        region: template.region.clone(),
        account: template.account.clone(),
        multiplicity: made.multiplicity.clone(),
        condition: condition.map(|condition| format!("{stack} {}", condition.name).into()),
        depends_on: made.depends_on.clone(),
        construct_path: made.construct_path.clone(),
    }
}

fn undetermined(detail: &str) -> Arc<Unknown> {
    Arc::new(Unknown::because(Reason::NotDetermined, detail))
}

/// Whether any VPC is given: a zone that has one is private.
fn has_vpcs(vpcs: Option<Stated>) -> Result<bool, Arc<Unknown>> {
    match vpcs.map(|vpcs| vpcs.value) {
        None => Ok(false),
        Some(value) => match (&value.data, value.items()) {
            (_, Some(items)) => Ok(!items.is_empty()),
            (Data::Unknown(why), None) => Err(Arc::clone(why)),
            (_, None) => Err(undetermined("whether the zone has VPCs is not known")),
        },
    }
}

fn key(made: &cloudformation::Resource, template: &Template, origin: KeyOrigin) -> Key {
    let stated = |name: &str| stated(made, name);
    Key {
        resource: resource(made, template),
        origin: match stated("Origin")
            .as_ref()
            .and_then(|origin| origin.value.as_str())
        {
            Some("EXTERNAL") => KeyOrigin::External,
            _ => origin,
        },
        arn: None,
        key_spec: stated("KeySpec"),
        key_usage: stated("KeyUsage"),
        enabled: stated("Enabled"),
        multi_region: stated("MultiRegion"),
        policy: stated("KeyPolicy"),
        deletion_window: stated("PendingWindowInDays"),
        kept: made.deletion_policy.clone().map(Kept::DeletionPolicy),
    }
}

fn alarm(made: &cloudformation::Resource, template: &Template) -> Alarm {
    let stated = |name: &str| stated(made, name);
    Alarm {
        resource: resource(made, template),
        name: stated("AlarmName"),
        actions_enabled: stated("ActionsEnabled"),
        alarm_actions: stated("AlarmActions"),
        metric: Metric {
            namespace: stated("Namespace"),
            metric_name: stated("MetricName"),
            dimensions: pairs(stated("Dimensions")),
            period: stated("Period"),
            stat: stated("Statistic"),
        },
        extended_statistic: stated("ExtendedStatistic"),
        evaluation_periods: stated("EvaluationPeriods"),
        datapoints_to_alarm: stated("DatapointsToAlarm"),
        threshold: stated("Threshold"),
        comparison_operator: stated("ComparisonOperator"),
        treat_missing_data: stated("TreatMissingData"),
        evaluate_low_sample_count_percentile: stated("EvaluateLowSampleCountPercentile"),
        threshold_metric_id: stated("ThresholdMetricId"),
        queries: queries(stated("Metrics")),
    }
}

/// A list of objects with `Name` and `Value`.
fn pairs(stated: Option<Stated>) -> Pairs {
    let Some(Stated { value, .. }) = stated else {
        return Ok(BTreeMap::new());
    };
    let not_known = || undetermined("the dimensions are not known");
    let items = match (&value.data, value.items()) {
        (Data::Unknown(why), _) => return Err(Arc::clone(why)),
        (_, items) => items.ok_or_else(not_known)?,
    };
    let pairs = items.iter().map(|item| {
        let name = item.get("Name").and_then(Value::as_str);
        let value = item.get("Value");
        let (name, value) = name.zip(value).ok_or_else(not_known)?;
        Ok((name.to_owned(), value.clone()))
    });
    pairs.collect()
}

fn queries(stated: Option<Stated>) -> Result<Vec<Query>, Arc<Unknown>> {
    let Some(Stated { value, .. }) = stated else {
        return Ok(Vec::new());
    };
    let items = match (&value.data, value.items()) {
        (Data::Unknown(why), _) => return Err(Arc::clone(why)),
        (_, items) => items.ok_or_else(|| undetermined("the metrics are not known"))?,
    };
    let queries = items.iter().map(|item| {
        if let Data::Unknown(why) = &item.data {
            return Err(Arc::clone(why));
        }
        let item = at_its_place(item);
        let of = |name: &str| member(&item, name);
        let metric = of("MetricStat").map(|stat| {
            let metric = member(&stat, "Metric");
            let of_metric = |name: &str| metric.as_ref().and_then(|metric| member(metric, name));
            Metric {
                namespace: of_metric("Namespace"),
                metric_name: of_metric("MetricName"),
                dimensions: pairs(of_metric("Dimensions")),
                period: member(&stat, "Period"),
                stat: member(&stat, "Stat"),
            }
        });
        Ok(Query {
            id: of("Id"),
            account_id: of("AccountId"),
            expression: of("Expression"),
            return_data: of("ReturnData"),
            period: of("Period"),
            metric,
        })
    });
    queries.collect()
}

/// Values and their places, by name.
type Properties = BTreeMap<Arc<str>, (Value, Place)>;

/// A record set; one of a group has the zone of the group.
fn record(resource: Resource, set: &Properties, made: &cloudformation::Resource) -> Record {
    let of = |name: &str| {
        let (value, place) = set.get(name)?;
        (!value.is_null()).then(|| Stated {
            value: value.clone(),
            place: place.clone(),
        })
    };
    Record {
        resource,
        zone: of("HostedZoneId").or_else(|| stated(made, "HostedZoneId")),
        zone_name: of("HostedZoneName").or_else(|| stated(made, "HostedZoneName")),
        name: of("Name"),
        record_type: of("Type"),
        ttl: of("TTL"),
        values: of("ResourceRecords"),
        set_identifier: of("SetIdentifier"),
    }
}
