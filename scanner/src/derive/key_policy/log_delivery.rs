//! What the resource policies of CloudWatch Logs let Route 53 do with the log group of a zone.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::context::Action;
use super::decision::{Access, decide};
use super::service::Request;
use super::service_context::ServiceContext;
use super::statement::Statement;
use super::{PolicyError, statements_of};
use crate::inventory::{Fact, LogPolicies, Reason, Symbol, SymbolKind, Unknown};

/// The service principal by which Route 53 writes query logs.
const SERVICE: &str = "route53.amazonaws.com";

/// What the policies are called in messages.
const NAME: &str = "the resource policies";

/// What Route 53 may do with a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogDelivery {
    /// `logs:CreateLogStream`
    pub create_log_stream: Fact<Access>,
    /// `logs:PutLogEvents`
    pub put_log_events: Fact<Access>,
}

/// The resource policies of CloudWatch Logs in a region of an account, taken together.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPolicyStatements {
    statements: Vec<Statement>,
    /// Why there may be more.
    gap: Option<Unknown>,
}

impl LogPolicyStatements {
    /// Reads the policies. One that cannot be read may say anything.
    pub fn of(policies: &LogPolicies) -> Self {
        let mut statements = Vec::new();
        let mut gap = policies.policies.gaps().next().cloned();
        for policy in policies.policies.items() {
            let read = match &policy.document {
                Fact::Known(document) => statements_of(document, NAME).map_err(|error| {
                    Unknown::because(Reason::Malformed, told(&policy.name, &error))
                }),
                Fact::Unknown(mark) => Err(mark.unknown.clone()),
            };
            match read {
                Ok(read) => statements.extend(read.into_iter().map(|mut statement| {
                    statement.name = format!("{}/{}", policy.name, statement.name);
                    statement
                })),
                Err(why) => gap = gap.or(Some(why)),
            }
        }
        Self { statements, gap }
    }

    /// What they let Route 53 do for the zone of the request, whose resource is the log group.
    ///
    /// A policy names a log group with `:*` behind it, which stands for its log streams, for both
    /// actions. Route 53 names a stream after the zone and the edge location that answered.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
    pub fn delivery(&self, request: &Request, zone: &str) -> LogDelivery {
        let edge = Symbol::new(SymbolKind::Name, "edge location");
        let group = request.resource_arn.clone();
        let request = Request {
            resource_arn: group.map(|group| format!("{group}:log-stream:{zone}/{edge}")),
            ..request.clone()
        };
        LogDelivery {
            create_log_stream: self.decide(&request, Action::CreateLogStream),
            put_log_events: self.decide(&request, Action::PutLogEvents),
        }
    }

    fn decide(&self, request: &Request, action: Action) -> Fact<Access> {
        let context = ServiceContext::new(SERVICE, request, action, false);
        let applying = self.statements.iter().map(|statement| {
            let applies = statement
                .is_about(action, &request.resource_arn, &context)
                .and(|| statement.principals.include_service(SERVICE))
                .and(|| statement.conditions_hold(&context, |_| true));
            (statement, applies)
        });
        match (decide(applying), &self.gap) {
            // Another policy may allow it, or deny it.
            (Fact::Known(access), Some(why))
                if access.decision != super::Decision::ExplicitDeny =>
            {
                Fact::unknown(why.clone())
            }
            (decided, _) => decided,
        }
    }
}

/// What is wrong with a policy, by its name.
fn told(policy: &str, error: &PolicyError) -> String {
    match error {
        PolicyError::TooLong { length, limit } => {
            format!("the resource policy {policy} has {length} bytes, and at most {limit} are read")
        }
        PolicyError::Syntax(detail) => {
            format!("the resource policy {policy} cannot be read: {detail}")
        }
        PolicyError::Statement { statement, what } => {
            format!("statement {statement} of the resource policy {policy} {what}")
        }
    }
}
