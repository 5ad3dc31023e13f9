//! The simulated services: each takes parameters and answers from the organisation.

mod cloudwatch;
mod domains;
mod ec2;
mod kms;
mod logs;
mod organizations;
mod page;
mod record_sets;
mod resolver;
mod route53;
mod sns;
mod sts;

use crate::auth::{Authority, Caller};
use crate::organization::{Account, Organization};
use crate::protocol::{Failure, Parameters, Refusal, Structure};

/// A simulated service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Organizations,
    Sts,
    Route53,
    Route53Domains,
    Kms,
    CloudWatch,
    Logs,
    Sns,
    Ec2,
    Resolver,
}

impl Service {
    /// The service of a SigV4 credential scope.
    pub(crate) fn of_signing_name(name: &str) -> Option<Self> {
        Some(match name {
            "organizations" => Self::Organizations,
            "sts" => Self::Sts,
            "route53" => Self::Route53,
            "route53domains" => Self::Route53Domains,
            "kms" => Self::Kms,
            "monitoring" => Self::CloudWatch,
            "logs" => Self::Logs,
            "sns" => Self::Sns,
            "ec2" => Self::Ec2,
            "route53resolver" => Self::Resolver,
            _ => return None,
        })
    }

    /// What stands before the colon of an IAM action.
    pub(crate) fn iam_prefix(self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::Sts => "sts",
            Self::Route53 => "route53",
            Self::Route53Domains => "route53domains",
            Self::Kms => "kms",
            Self::CloudWatch => "cloudwatch",
            Self::Logs => "logs",
            Self::Sns => "sns",
            Self::Ec2 => "ec2",
            Self::Resolver => "route53resolver",
        }
    }

    /// The namespace of the service's XML; empty for services that speak none.
    pub(crate) fn xml_namespace(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
            Self::Route53 => "https://route53.amazonaws.com/doc/2013-04-01/",
            Self::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Self::Organizations
            | Self::Route53Domains
            | Self::Resolver
            | Self::Kms
            | Self::Logs => "",
        }
    }

    /// The name by which JSON and CBOR tell an error.
    pub(crate) fn error_shape(self, code: &str) -> String {
        match self {
            Self::CloudWatch => format!("com.amazonaws.cloudwatch.v2010_08_01#{code}"),
            _ => code.to_owned(),
        }
    }
}

/// A simulated operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Operation {
    DescribeOrganization,
    ListRoots,
    ListOrganizationalUnitsForParent,
    ListAccountsForParent,
    ListAccounts,
    ListTagsForResource,
    GetCallerIdentity,
    AssumeRole,
    ListHostedZones,
    GetHostedZone,
    GetHostedZoneCount,
    GetDnssec,
    ListResourceRecordSets,
    ListTagsForResources,
    ListQueryLoggingConfigs,
    ListDomains,
    GetDomainDetail,
    DescribeKey,
    GetPublicKey,
    GetKeyPolicy,
    DescribeAlarms,
    DescribeLogGroups,
    DescribeResourcePolicies,
    GetTopicAttributes,
    DescribeRegions,
    DescribeVpcs,
    ListResolverDnssecConfigs,
}

impl Operation {
    pub(crate) const ALL: [Self; 27] = [
        Self::DescribeOrganization,
        Self::ListRoots,
        Self::ListOrganizationalUnitsForParent,
        Self::ListAccountsForParent,
        Self::ListAccounts,
        Self::ListTagsForResource,
        Self::GetCallerIdentity,
        Self::AssumeRole,
        Self::ListHostedZones,
        Self::GetHostedZone,
        Self::GetHostedZoneCount,
        Self::GetDnssec,
        Self::ListResourceRecordSets,
        Self::ListTagsForResources,
        Self::ListQueryLoggingConfigs,
        Self::ListDomains,
        Self::GetDomainDetail,
        Self::DescribeKey,
        Self::GetPublicKey,
        Self::GetKeyPolicy,
        Self::DescribeAlarms,
        Self::DescribeLogGroups,
        Self::DescribeResourcePolicies,
        Self::GetTopicAttributes,
        Self::DescribeRegions,
        Self::DescribeVpcs,
        Self::ListResolverDnssecConfigs,
    ];

    /// The operation of a service by its name.
    pub(crate) fn find(service: Service, name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.service() == service && operation.name() == name)
    }

    pub(crate) fn service(self) -> Service {
        match self {
            Self::DescribeOrganization
            | Self::ListRoots
            | Self::ListOrganizationalUnitsForParent
            | Self::ListAccountsForParent
            | Self::ListAccounts
            | Self::ListTagsForResource => Service::Organizations,
            Self::GetCallerIdentity | Self::AssumeRole => Service::Sts,
            Self::ListHostedZones
            | Self::GetHostedZone
            | Self::GetHostedZoneCount
            | Self::GetDnssec
            | Self::ListResourceRecordSets
            | Self::ListTagsForResources
            | Self::ListQueryLoggingConfigs => Service::Route53,
            Self::ListDomains | Self::GetDomainDetail => Service::Route53Domains,
            Self::DescribeKey | Self::GetPublicKey | Self::GetKeyPolicy => Service::Kms,
            Self::DescribeAlarms => Service::CloudWatch,
            Self::DescribeLogGroups | Self::DescribeResourcePolicies => Service::Logs,
            Self::GetTopicAttributes => Service::Sns,
            Self::DescribeRegions | Self::DescribeVpcs => Service::Ec2,
            Self::ListResolverDnssecConfigs => Service::Resolver,
        }
    }

    /// The name of the operation in the API.
    pub(crate) fn name(self) -> &'static str {
        self.iam_name().split_once(':').map_or("", |(_, name)| name)
    }

    /// The name of the operation as an IAM action.
    pub(crate) fn iam_name(self) -> &'static str {
        match self {
            Self::DescribeOrganization => "organizations:DescribeOrganization",
            Self::ListRoots => "organizations:ListRoots",
            Self::ListOrganizationalUnitsForParent => {
                "organizations:ListOrganizationalUnitsForParent"
            }
            Self::ListAccountsForParent => "organizations:ListAccountsForParent",
            Self::ListAccounts => "organizations:ListAccounts",
            Self::ListTagsForResource => "organizations:ListTagsForResource",
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
            Self::AssumeRole => "sts:AssumeRole",
            Self::ListHostedZones => "route53:ListHostedZones",
            Self::GetHostedZone => "route53:GetHostedZone",
            Self::GetHostedZoneCount => "route53:GetHostedZoneCount",
            Self::GetDnssec => "route53:GetDNSSEC",
            Self::ListResourceRecordSets => "route53:ListResourceRecordSets",
            Self::ListTagsForResources => "route53:ListTagsForResources",
            Self::ListQueryLoggingConfigs => "route53:ListQueryLoggingConfigs",
            Self::ListDomains => "route53domains:ListDomains",
            Self::GetDomainDetail => "route53domains:GetDomainDetail",
            Self::DescribeKey => "kms:DescribeKey",
            Self::GetPublicKey => "kms:GetPublicKey",
            Self::GetKeyPolicy => "kms:GetKeyPolicy",
            Self::DescribeAlarms => "cloudwatch:DescribeAlarms",
            Self::DescribeLogGroups => "logs:DescribeLogGroups",
            Self::DescribeResourcePolicies => "logs:DescribeResourcePolicies",
            Self::GetTopicAttributes => "sns:GetTopicAttributes",
            Self::DescribeRegions => "ec2:DescribeRegions",
            Self::DescribeVpcs => "ec2:DescribeVpcs",
            Self::ListResolverDnssecConfigs => "route53resolver:ListResolverDnssecConfigs",
        }
    }
}

/// A request that was read and whose caller is known.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) authority: &'a Authority,
    pub(crate) caller: &'a Caller,
    pub(crate) region: &'a str,
    pub(crate) operation: Operation,
    pub(crate) parameters: &'a Parameters,
}

impl<'a> Call<'a> {
    /// What the service answers.
    pub(crate) fn answer(&self) -> Result<Structure, Refusal> {
        match self.operation.service() {
            Service::Organizations => organizations::answer(self),
            Service::Sts => sts::answer(self),
            Service::Route53 => route53::answer(self),
            Service::Route53Domains => domains::answer(self),
            Service::Kms => kms::answer(self),
            Service::CloudWatch => cloudwatch::describe_alarms(self),
            Service::Logs => logs::answer(self),
            Service::Sns => sns::get_topic_attributes(self),
            Service::Ec2 => ec2::answer(self),
            Service::Resolver => resolver::list_resolver_dnssec_configs(self),
        }
    }

    /// The account that is asked: that of the role to assume, else the caller's own.
    pub(crate) fn account(&self) -> usize {
        let role_account = || {
            let arn = self.parameters.text("RoleArn")?;
            self.organization.account_index(arn.split(':').nth(4)?)
        };
        match self.operation {
            Operation::AssumeRole => role_account().unwrap_or(self.caller.account),
            _ => self.caller.account,
        }
    }

    /// What is asked for, in the words that a fault may name it by.
    pub(crate) fn subjects(&self) -> Vec<&'a str> {
        const NAMES: [&str; 9] = [
            "Id",
            "ParentId",
            "ResourceId",
            "RoleArn",
            "KeyId",
            "TopicArn",
            "hostedzoneid",
            "DomainName",
            "logGroupNamePrefix",
        ];
        let named = NAMES.iter().flat_map(|name| self.parameters.list(name));
        // These two are asked for all that a region holds.
        let regional = matches!(self.operation.service(), Service::Ec2 | Service::Resolver);
        named
            .map(String::as_str)
            .chain(regional.then_some(self.region))
            .collect()
    }

    /// The ARN that a refusal names, where what is asked for has one.
    pub(crate) fn resource(&self) -> Option<String> {
        let subject = *self.subjects().first()?;
        Some(match self.operation.service() {
            _ if subject.starts_with("arn:") => subject.to_owned(),
            Service::Route53 => format!("arn:aws:route53:::hostedzone/{subject}"),
            _ => return None,
        })
    }

    /// The account of the caller.
    fn caller_account(&self) -> Result<&'a Account, Refusal> {
        self.organization
            .accounts
            .get(self.caller.account)
            .ok_or_else(|| self.refuse(Failure::UnknownCredentials, "There is no such account."))
    }

    /// A parameter that the operation cannot do without.
    fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        self.parameters.text(name).ok_or_else(|| {
            self.invalid(format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    fn invalid(&self, message: impl Into<String>) -> Refusal {
        self.refuse(Failure::InvalidParameter, message)
    }

    fn refuse(&self, failure: Failure, message: impl Into<String>) -> Refusal {
        Refusal::failure(self.operation.service(), failure, message)
    }

    /// The words in which AWS denies an action.
    pub(crate) fn denied(&self, resource: Option<&str>, because: &str) -> Refusal {
        let resource = resource.map_or_else(String::new, |arn| format!(" on resource: {arn}"));
        let service = match self.operation.service() {
            // SNS alone writes its prefix in capitals.
            Service::Sns => "SNS",
            service => service.iam_prefix(),
        };
        self.refuse(
            Failure::Denied,
            format!(
                "User: {} is not authorized to perform: {service}:{}{resource}{because}",
                self.caller.principal.arn,
                self.operation.name(),
            ),
        )
    }
}
