//! What a request holds that an AWS service makes by its service principal.

use super::condition::Condition;
use super::context::{Action, Context, Hidden, Surroundings, Value};
use super::narrowing::{self, Openness};
use super::principal::is_account_id;
use super::service::Request;
use super::template::Template;

/// The service principal by which Route 53 asks for signatures.
pub(super) const SERVICE: &str = "dnssec-route53.amazonaws.com";

/// The request context where a service asks by its service principal.
#[derive(Debug)]
pub(super) struct ServiceContext<'r> {
    service: &'static str,
    request: &'r Request,
    pub(super) surroundings: Surroundings<'r>,
    for_aws_resource: bool,
}

impl<'r> ServiceContext<'r> {
    pub(super) fn new(
        service: &'static str,
        request: &'r Request,
        action: Action,
        for_aws_resource: bool,
    ) -> Self {
        Self {
            service,
            request,
            surroundings: Surroundings {
                action,
                resource_arn: &request.resource_arn,
                at: request.at,
            },
            for_aws_resource,
        }
    }
}

impl Context for ServiceContext<'_> {
    fn value(&self, key: &str) -> Value<'_> {
        match key {
            "aws:sourceaccount" => Value::text_if_known(&self.request.account),
            "aws:sourcearn" => match self.request.zone_arn.known() {
                Some(arn) => Value::arn(arn),
                None => Value::Unknown,
            },
            "aws:sourceorgid" => match self.request.organization.known() {
                Some(Some(id)) => Value::text(id),
                Some(None) => Value::Absent,
                None => Value::Unknown,
            },
            "aws:sourceorgpaths" => match self.request.organization_path.known() {
                Some(Some(path)) => Value::Several {
                    member: path.into(),
                    complete: true,
                },
                Some(None) => Value::Absent,
                None => Value::Unknown,
            },
            "kms:grantisforawsresource" if self.surroundings.action == Action::CreateGrant => {
                Value::boolean(self.for_aws_resource)
            }
            key => service_value(key, self.service)
                .or_else(|| self.surroundings.value(key))
                .unwrap_or(Value::Unknown),
        }
    }
}

/// What a request holds because a service makes it by its service principal.
pub(super) fn service_value<'c>(key: &str, service: &'c str) -> Option<Value<'c>> {
    let value = match key {
        "aws:principalisawsservice" => Value::boolean(true),
        "aws:principalservicename" => Value::text(service),
        "aws:principalservicenameslist" => Value::Several {
            member: service.into(),
            complete: false,
        },
        "aws:viaawsservice" => Value::boolean(false),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => Value::Absent,
        // A service is of no customer's account or organisation.
        "aws:principalorgid" | "aws:principalorgpaths" => Value::Absent,
        "aws:principalarn" | "aws:principalaccount" | "aws:username" | "kms:calleraccount" => {
            Value::Hidden(&NoCustomer)
        }
        key if key.starts_with("aws:principaltag/") => Value::Absent,
        key if is_session_key(key) => Value::Absent,
        _ => return None,
    };
    Some(value)
}

/// Whether the key is held by requests of a role session or federated user alone.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-role-session-properties>
pub(super) fn is_session_key(key: &str) -> bool {
    matches!(
        key,
        "aws:assumedroot"
            | "aws:federatedprovider"
            | "aws:tokenissuetime"
            | "aws:signinsessionarn"
            | "aws:multifactorauthage"
            | "aws:multifactorauthpresent"
            | "aws:chatbotsourcearn"
            | "aws:ec2instancesourcevpc"
            | "aws:ec2instancesourceprivateipv4"
            | "aws:sourceidentity"
            | "ec2:roledelivery"
            | "ec2:sourceinstancearn"
            | "glue:roleassumedby"
            | "glue:credentialissuingservice"
            | "codebuild:buildarn"
            | "codebuild:projectarn"
            | "lambda:sourcefunctionarn"
            | "ssm:sourceinstancearn"
            | "identitystore:userid"
    )
}

/// The identity of a service where AWS does not say what a request holds for it: nothing, or
/// something that is no customer's.
#[derive(Debug)]
struct NoCustomer;

impl Hidden for NoCustomer {
    fn excludes(&self, condition: &Condition, wanted: &Template) -> bool {
        wanted.plain().is_some()
            && (narrowing::openness(wanted.text(), condition) == Openness::Exact
                || names_account(wanted.text()))
    }

    fn varies(&self) -> bool {
        false
    }
}

/// Whether the text is an account id, or an ARN with one.
fn names_account(text: &str) -> bool {
    text.split(':').any(is_account_id)
}
