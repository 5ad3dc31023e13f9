//! What a root of Terraform declares. The arguments are those of the AWS provider's documentation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Alarm, Alias, Association, Composite, Decides, Declared, DelegationSigner, Kept, Key,
    KeyOrigin, KeyPolicy, Ksk, LogGroup, LogPolicy, Metric, Pairs, Query, QueryLog, Record,
    Registration, Resource, Signing, Stated, Unread, Validation, Vpc, Zone,
};
use crate::iac::terraform::{Body, Instance, Mode, Root};
use crate::iac::value::{Data, Value};
use crate::inventory::{Reason, Unknown};

/// The types of resources and data sources that are read.
pub const KINDS: [&str; 25] = [
    "aws_route53_zone",
    "aws_route53_zone_association",
    "aws_route53_hosted_zone_dnssec",
    "aws_route53_key_signing_key",
    "aws_route53_query_log",
    "aws_route53_record",
    "aws_route53domains_domain",
    "aws_route53domains_registered_domain",
    "aws_route53domains_delegation_signer_record",
    "aws_vpc",
    "aws_default_vpc",
    "aws_route53_resolver_dnssec_config",
    "aws_route53profiles_association",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_resource_policy",
    "aws_kms_key",
    "aws_kms_external_key",
    "aws_kms_replica_key",
    "aws_kms_alias",
    "aws_kms_key_policy",
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_composite_alarm",
    "aws_iam_role",
    "aws_iam_user",
    "aws_iam_session_context",
];

impl From<&Root> for Declared {
    fn from(root: &Root) -> Self {
        let mut declared = Self {
            root: root.directory.clone(),
            unread: (root.unread.iter())
                .map(|call| Unread {
                    address: call.address.clone(),
                    given: call.given.clone(),
                })
                .collect(),
            ..Self::default()
        };
        for instance in &root.instances {
            match instance.mode {
                Mode::Managed => declared.add_managed(instance),
                Mode::Data => declared.add_looked_up(instance),
            }
        }
        declared
    }
}

impl Declared {
    fn add_managed(&mut self, instance: &Instance) {
        let stated = |name: &str| stated(&instance.body, name);
        let resource = || resource(instance);
        match instance.kind.as_ref() {
            "aws_route53_zone" => self.zones.push(Zone {
                resource: resource(),
                looked_up: false,
                name: stated("name"),
                // A plan knows it, where the zone exists.
                id: stated("zone_id"),
                reference: None,
                comment: stated("comment"),
                private: has_vpc(&instance.body),
                tags: stated("tags"),
            }),
            "aws_route53_zone_association" => self.associations.push(Association {
                resource: resource(),
                zone: stated("zone_id"),
            }),
            "aws_route53_hosted_zone_dnssec" => self.signings.push(Signing {
                resource: resource(),
                zone: stated("hosted_zone_id"),
                status: stated("signing_status"),
            }),
            "aws_route53_key_signing_key" => self.ksks.push(Ksk {
                resource: resource(),
                zone: stated("hosted_zone_id"),
                key: stated("key_management_service_arn"),
                name: stated("name"),
                status: stated("status"),
            }),
            "aws_route53_query_log" => self.query_logs.push(QueryLog {
                resource: resource(),
                zone: stated("zone_id"),
                log_group: stated("cloudwatch_log_group_arn"),
            }),
            "aws_route53domains_domain" | "aws_route53domains_registered_domain" => {
                self.registrations.push(Registration {
                    resource: resource(),
                    name: stated("domain_name"),
                    auto_renew: stated("auto_renew"),
                    transfer_lock: stated("transfer_lock"),
                });
            }
            "aws_route53domains_delegation_signer_record" => {
                let attributes = instance.body.blocks("signing_attributes").ok();
                self.delegation_signers.push(DelegationSigner {
                    resource: resource(),
                    domain: stated("domain_name"),
                    algorithm: attributes
                        .and_then(|blocks| self::stated(&blocks.first()?.body, "algorithm")),
                });
            }
            kind @ ("aws_vpc" | "aws_default_vpc") => self.vpcs.push(Vpc {
                resource: resource(),
                // A plan knows it, where the VPC exists.
                id: stated("id"),
                is_default: kind == "aws_default_vpc",
                name: stated("tags").and_then(|tags| {
                    let name = tags.value.get("Name")?;
                    (!name.is_null()).then(|| Stated {
                        value: name.clone(),
                        place: tags.place,
                    })
                }),
            }),
            "aws_route53_resolver_dnssec_config" => self.validations.push(Validation {
                resource: resource(),
                vpc: stated("resource_id"),
                decides: Decides::ThatItValidates,
            }),
            "aws_route53profiles_association" => self.validations.push(Validation {
                resource: resource(),
                vpc: stated("resource_id"),
                decides: Decides::ByProfile,
            }),
            "aws_cloudwatch_log_group" => self.log_groups.push(LogGroup {
                resource: resource(),
                name: stated("name"),
                retention: stated("retention_in_days"),
                arn_has_asterisk: false,
            }),
            "aws_cloudwatch_log_resource_policy" => self.log_policies.push(LogPolicy {
                resource: resource(),
                document: stated("policy_document"),
            }),
            "aws_route53_record" => self.records.push(Record {
                resource: resource(),
                zone: stated("zone_id"),
                zone_name: None,
                name: stated("name"),
                record_type: stated("type"),
                ttl: stated("ttl"),
                values: stated("records"),
                set_identifier: stated("set_identifier"),
            }),
            "aws_kms_key" => self.keys.push(key(instance, KeyOrigin::Kms)),
            "aws_kms_external_key" => self.keys.push(key(instance, KeyOrigin::External)),
            "aws_kms_replica_key" => self.keys.push(key(instance, KeyOrigin::Replica)),
            "aws_kms_alias" => self.aliases.push(Alias {
                resource: resource(),
                target: stated("target_key_id"),
            }),
            "aws_kms_key_policy" => self.key_policies.push(KeyPolicy {
                resource: resource(),
                key: stated("key_id"),
                policy: stated("policy"),
            }),
            "aws_cloudwatch_metric_alarm" => self.alarms.push(alarm(instance)),
            "aws_cloudwatch_composite_alarm" => self.composites.push(Composite {
                resource: resource(),
                name: stated("alarm_name"),
                actions_enabled: stated("actions_enabled"),
                alarm_actions: stated("alarm_actions"),
                alarm_rule: stated("alarm_rule"),
                actions_suppressor: (instance.body.blocks("actions_suppressor").ok())
                    .and_then(|blocks| self::stated(&blocks.first()?.body, "alarm")),
            }),
            "aws_iam_role" | "aws_iam_user" => {
                let account = instance.account.clone();
                self.principals
                    .insert(Arc::clone(&instance.address), account);
            }
            _ => {}
        }
    }

    fn add_looked_up(&mut self, instance: &Instance) {
        let stated = |name: &str| stated(&instance.body, name);
        match instance.kind.as_ref() {
            "aws_route53_zone" => self.zones.push(Zone {
                resource: resource(instance),
                looked_up: true,
                name: stated("name"),
                id: stated("zone_id"),
                reference: None,
                comment: None,
                private: match stated("private_zone").as_ref().map(|stated| &stated.value) {
                    Some(value) => match &value.data {
                        Data::Bool(private) => Ok(*private),
                        Data::Null => Ok(false),
                        Data::Unknown(why) => Err(Arc::clone(why)),
                        _ => Err(undetermined("whether the zone is private is not known")),
                    },
                    None => match stated("vpc_id").map(|stated| stated.value) {
                        Some(value) => match value.why_unknown() {
                            Some(why) => Err(Arc::clone(why)),
                            None => Ok(true),
                        },
                        None => Ok(false),
                    },
                },
                tags: None,
            }),
            "aws_kms_key" => self.keys.push(Key {
                arn: stated("key_id"),
                ..key(instance, KeyOrigin::LookedUp)
            }),
            "aws_kms_alias" => self.keys.push(key(instance, KeyOrigin::LookedUp)),
            "aws_iam_role" | "aws_iam_user" => {
                let account = instance.account.clone();
                self.principals
                    .insert(Arc::clone(&instance.address), account);
            }
            _ => {}
        }
    }
}

fn undetermined(detail: &str) -> Arc<Unknown> {
    Arc::new(Unknown::because(Reason::NotDetermined, detail))
}

/// An argument that is set, and not to null.
fn stated(body: &Body, name: &str) -> Option<Stated> {
    let argument = body.arguments.get(name)?;
    (!argument.value.is_null()).then(|| Stated {
        value: argument.value.clone(),
        place: argument.place.clone(),
    })
}

fn resource(instance: &Instance) -> Resource {
    // An index at the end is that of the resource; any other is that of a module.
    let address = instance.address.as_ref();
    let own = format!("{}.{}", instance.kind, instance.name);
    let dependency = match address.rfind(&format!("{own}[")) {
        Some(at) => address.get(..at + own.len()).unwrap_or(address),
        None => address,
    };
    Resource {
        address: Arc::clone(&instance.address),
        dependency: dependency.into(),
        header: instance.header.clone(),
        calls: instance.calls.clone(),
        region: instance.region.clone(),
        account: instance.account.clone(),
        multiplicity: instance.multiplicity.clone(),
        condition: instance.condition.clone(),
        depends_on: instance.depends_on.clone(),
        construct_path: None,
    }
}

/// Whether there is a `vpc` block: what has one is private.
fn has_vpc(body: &Body) -> Result<bool, Arc<Unknown>> {
    let blocks = body.blocks("vpc")?;
    match blocks.iter().find(|block| block.multiplicity.is_none()) {
        Some(_) => Ok(true),
        None => match blocks.into_iter().find_map(|block| block.multiplicity) {
            Some(why) => Err(why),
            None => Ok(false),
        },
    }
}

fn key(instance: &Instance, origin: KeyOrigin) -> Key {
    let stated = |name: &str| stated(&instance.body, name);
    Key {
        resource: resource(instance),
        origin,
        // A plan knows it, where the key exists.
        arn: stated("arn"),
        key_spec: stated("customer_master_key_spec").or_else(|| stated("key_spec")),
        key_usage: stated("key_usage"),
        enabled: stated("is_enabled").or_else(|| stated("enabled")),
        multi_region: stated("multi_region"),
        policy: stated("policy"),
        deletion_window: stated("deletion_window_in_days"),
        kept: instance.prevent_destroy.clone().map(Kept::PreventDestroy),
    }
}

fn alarm(instance: &Instance) -> Alarm {
    let body = &instance.body;
    let stated = |name: &str| stated(body, name);
    Alarm {
        resource: resource(instance),
        name: stated("alarm_name"),
        actions_enabled: stated("actions_enabled"),
        alarm_actions: stated("alarm_actions"),
        metric: Metric {
            stat: stated("statistic"),
            ..metric(body)
        },
        extended_statistic: stated("extended_statistic"),
        evaluation_periods: stated("evaluation_periods"),
        datapoints_to_alarm: stated("datapoints_to_alarm"),
        threshold: stated("threshold"),
        comparison_operator: stated("comparison_operator"),
        treat_missing_data: stated("treat_missing_data"),
        evaluate_low_sample_count_percentile: stated("evaluate_low_sample_count_percentiles"),
        threshold_metric_id: stated("threshold_metric_id"),
        queries: queries(body),
    }
}

fn metric(body: &Body) -> Metric {
    Metric {
        namespace: stated(body, "namespace"),
        metric_name: stated(body, "metric_name"),
        dimensions: pairs(stated(body, "dimensions")),
        period: stated(body, "period"),
        stat: stated(body, "stat"),
    }
}

fn pairs(stated: Option<Stated>) -> Pairs {
    let Some(Stated { value, .. }) = stated else {
        return Ok(BTreeMap::new());
    };
    match (&value.data, value.members()) {
        (Data::Unknown(why), _) => Err(Arc::clone(why)),
        (_, Some(members)) => {
            let members = members.iter();
            Ok(members
                .map(|(name, value)| (name.to_string(), Value::clone(value)))
                .collect())
        }
        _ => Err(undetermined("the dimensions are not known")),
    }
}

fn queries(body: &Body) -> Result<Vec<Query>, Arc<Unknown>> {
    let blocks = body.blocks("metric_query")?;
    let queries = blocks.into_iter().map(|block| {
        if let Some(why) = block.multiplicity {
            return Err(why);
        }
        let stated = |name: &str| stated(&block.body, name);
        let metrics = block.body.blocks("metric")?;
        Ok(Query {
            id: stated("id"),
            account_id: stated("account_id"),
            expression: stated("expression"),
            return_data: stated("return_data"),
            period: stated("period"),
            metric: metrics.first().map(|block| metric(&block.body)),
        })
    });
    queries.collect()
}
