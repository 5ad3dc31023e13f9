//! Which arguments hold which attributes, by their names.

/// Whether an argument of this name holds an attribute of that name as it is: they go by one name
/// (`hosted_zone_id` holds `zone_id`, `key_management_service_arn` holds `arn`), or by two that
/// the AWS provider's documentation gives to one thing.
pub(super) fn holds(argument: &str, attribute: &str) -> bool {
    let argument = snake_case(argument);
    let argument = argument.as_str();
    let ends = |long: &str, short: &str| {
        let before = long.strip_suffix(short);
        before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
    };
    if ends(argument, attribute) || ends(attribute, argument) {
        return true;
    }
    match attribute {
        "arn" => {
            argument.ends_with("_actions")
                || ["values", "resources", "identifiers", "key_id"].contains(&argument)
                || argument.ends_with("_key_id")
        }
        "name_servers" | "ds_record" => argument == "records",
        "json" | "minified_json" => {
            argument == "policy"
                || argument.ends_with("_policy_documents")
                || argument.ends_with("_json")
        }
        _ => false,
    }
}

/// Whether an argument of this name takes several texts.
pub(super) fn is_list(argument: &str) -> bool {
    argument.ends_with("_actions")
        || argument.ends_with("_policy_documents")
        || ["records", "values", "resources", "identifiers"].contains(&argument)
}

/// Whether an attribute of this name is several texts.
pub(super) fn is_several(attribute: &str) -> bool {
    attribute == "name_servers"
}

/// Whether a nested block is one that the AWS provider never adds by itself. Where such blocks are
/// known after apply only and the configuration in the plan does not have them, a `dynamic` block
/// makes them: those are left out there (Terraform documentation, "JSON Output Format").
pub(super) fn is_dynamic(kind: &str, block: &str) -> bool {
    match kind {
        "aws_route53_zone" => block == "vpc",
        "aws_route53_record" => block == "alias" || block.ends_with("_routing_policy"),
        "aws_cloudwatch_metric_alarm" => block == "metric_query",
        "aws_iam_policy_document" => block == "statement",
        "aws_route53domains_delegation_signer_record" => block == "signing_attributes",
        _ => false,
    }
}

/// `HostedZoneId` as `hosted_zone_id`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in name.char_indices() {
        if character.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
