//! Which documents are plans.

use super::read::{messages, plan};
use zonewarden::iac::files::{Choice, Files};
use zonewarden::iac::problem::ProblemKind;
use zonewarden::iac::terraform::plan::is_plan;

fn refused(text: &str) -> (String, &'static str) {
    let problem = plan(text).unwrap_err();
    (problem.to_string(), problem.kind.remedy())
}

const SHOW: &str =
    "run `terraform plan -out=PLAN`, then give what `terraform show -json PLAN` prints";

#[test]
fn versions_of_the_format() {
    let of = |version: &str| {
        let text = format!(r#"{{"format_version": {version}, "planned_values": {{}}}}"#);
        plan(&text)
            .map(|_| ())
            .map_err(|problem| problem.to_string())
    };
    assert_eq!(of("\"0.1\""), Ok(()));
    assert_eq!(of("\"1.0\""), Ok(()));
    assert_eq!(of("\"1.99\""), Ok(()));
    assert_eq!(
        of("\"2.0\"").unwrap_err(),
        "plan.json:1:20: is a plan of format version 2.0, and only version 1 is known"
    );
    assert!(of("1.0").is_err());
    assert!(of("\"10.0\"").is_err());
    let none = plan(r#"{"planned_values": {}}"#).unwrap_err();
    assert!(matches!(none.kind, ProblemKind::PlanVersion(_)));
}

#[test]
fn what_is_no_plan_says_what_it_is() {
    let state = r#"{"version": 4, "serial": 1, "lineage": "x", "resources": []}"#;
    assert_eq!(
        refused(state),
        (
            "plan.json: is no plan in JSON but a state file".to_owned(),
            SHOW
        )
    );
    let shown = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {}}"#;
    assert_eq!(
        refused(shown).0,
        "plan.json: is no plan in JSON but a state, as `terraform show -json` prints it for one"
    );
    let stream = "{\"@level\":\"info\",\"@message\":\"Terraform 1.9.0\",\"type\":\"version\"}\n\
                  {\"@level\":\"info\",\"@message\":\"Plan: 1 to add\",\"type\":\"change_summary\"}\n";
    assert_eq!(
        refused(stream).0,
        "plan.json: is no plan in JSON but the messages of `terraform plan -json` or \
         `terraform apply -json`"
    );
    assert_eq!(
        refused("{}").0,
        "plan.json: is no plan in JSON but something else: it has neither `planned_values` nor \
         `resource_changes`"
    );
    let broken = refused("{\"format_version\": \"1.2\",\n \"planned_values\": }").0;
    assert_eq!(
        broken,
        "plan.json:2:20: cannot be parsed: expected a JSON value"
    );
}

#[test]
fn a_binary_plan_is_named_as_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().canonicalize().unwrap().join("p.tfplan");
    std::fs::write(&path, b"PK\x03\x04\x14\x00\x08\xff\xfe").unwrap();
    let listing = Files::below(std::slice::from_ref(&path), directory.path(), Choice::All);
    let files = listing.unwrap().files;
    let problem = files.read(&path).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "p.tfplan: is no plan in JSON but a ZIP archive, as the plan files of Terraform are"
    );
    assert_eq!(problem.kind.remedy(), SHOW);
}

#[test]
fn plans_are_told_from_other_files() {
    assert!(is_plan(include_str!("new/plan.json")));
    assert!(is_plan(
        "\n {\"format_version\": \"1.2\", \"resource_changes\": []}"
    ));
    assert!(!is_plan("{\"format_version\": \"1.2\", \"values\": {}}"));
    assert!(!is_plan("{\"Resources\": {}}"));
    assert!(!is_plan("planned_values"));
}

#[test]
fn a_plan_that_does_not_say_all_is_a_problem() {
    let of = |more: &str| {
        let text = format!(
            r#"{{"format_version": "1.2", "planned_values": {{}},
                "configuration": {{"root_module": {{}}}}{more}}}"#
        );
        let plan = plan(&text).unwrap();
        (plan.complete, plan.errored, messages(&plan))
    };
    assert_eq!(of(""), (true, false, vec![]));
    assert_eq!(
        of(r#", "complete": true, "errored": false"#),
        (true, false, vec![])
    );
    let part = "plan.json: the plan is of a part of the configuration and does not say all that \
                will be";
    assert_eq!(
        of(r#", "complete": false, "errored": false"#),
        (false, false, vec![part.to_owned()])
    );
    let error = "plan.json: planning ended in an error, so that the plan does not say all that \
                 will be";
    assert_eq!(
        of(r#", "complete": false, "errored": true"#),
        (false, true, vec![error.to_owned()])
    );
}

#[test]
fn a_plan_without_its_configuration_is_a_problem() {
    let plan = plan(
        r#"{"format_version": "1.2", "resource_changes": [
            {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
             "change": {"actions": ["create"], "after": {}, "after_unknown": {"policy": true}}}]}"#,
    )
    .unwrap();
    assert_eq!(
        messages(&plan),
        ["plan.json: the plan has no configuration, so that what refers to what is not known"]
    );
    assert_eq!(
        super::read::shown(&plan, "aws_kms_key.k", "policy"),
        "unknown(the configuration in the plan does not have it)"
    );
}
