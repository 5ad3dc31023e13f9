//! Attributes of AWS resources that are another name of the same thing.

/// The attribute that an attribute of a kind of resource is another name of, as the reference of
/// the AWS provider says under "Attribute Reference" of each.
pub(in crate::iac) fn canonical<'n>(kind: &str, attribute: &'n str) -> &'n str {
    match (kind, attribute) {
        ("aws_route53_zone", "id") => "zone_id",
        ("aws_route53_hosted_zone_dnssec", "id") => "hosted_zone_id",
        ("aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key", "id") => "key_id",
        ("aws_kms_alias", "id") => "name",
        ("aws_cloudwatch_log_group", "id") => "name",
        ("aws_cloudwatch_log_resource_policy", "id") => "policy_name",
        ("aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm", "id") => "alarm_name",
        ("aws_route53domains_registered_domain", "id") => "domain_name",
        ("aws_sns_topic", "id") => "arn",
        _ => attribute,
    }
}
