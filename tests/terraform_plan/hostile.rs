//! Plans that nobody's Terraform wrote.

use super::read::{messages, plan, shown};

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(100_000);
    let text = format!("{{\"format_version\": \"1.2\", \"planned_values\": {deep}");
    let problem = plan(&text).unwrap_err();
    assert!(problem.to_string().contains("nested more than"));
}

#[test]
fn the_number_of_values_is_bounded() {
    let many = "0,".repeat(2_000_000);
    let text = format!("{{\"format_version\": \"1.2\", \"planned_values\": [{many}0]}}");
    let problem = plan(&text).unwrap_err();
    assert!(problem.to_string().contains("holds more than"));
}

#[test]
fn nothing_is_what_it_should_be() {
    for part in [
        r#""planned_values": 1, "resource_changes": "x", "configuration": []"#,
        r#""resource_changes": [1, null, {}, {"change": 1}, {"mode": "managed"}]"#,
        r#""resource_changes": [{"address": 1, "mode": "managed", "type": "t", "name": "n",
            "change": {"actions": 1, "after": 1}}]"#,
        r#""resource_changes": [{"address": "[", "module_address": "]..[", "mode": "data",
            "type": "", "name": "", "index": -1, "change": {"after": [], "after_unknown": true,
            "after_sensitive": [[]]}}], "relevant_attributes": [{"resource": "..", "attribute": 1}]"#,
        r#""planned_values": {"root_module": {"child_modules": [{"address": "module.",
            "resources": [{"address": "a.b", "mode": "managed", "type": "a", "name": "b"}]}]}},
            "configuration": {"root_module": {"module_calls": {"": {"module": 1}},
            "resources": [{"mode": "managed", "type": "a", "name": "b", "expressions": 1}]}}"#,
    ] {
        let text = format!("{{\"format_version\": \"1.2\", {part}}}");
        plan(&text).unwrap();
    }
}

#[test]
fn a_resource_that_is_listed_twice_is_named() {
    let one = |name: &str| {
        format!(
            r#"{{"address": "t.a", "mode": "managed", "type": "t", "name": "a",
                "change": {{"actions": ["create"], "after": {{"name": "{name}"}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"format_version": "1.2", "configuration": {{"root_module": {{}}}},
            "resource_changes": [{}, {}]}}"#,
        one("first"),
        one("second")
    );
    let plan = plan(&text).unwrap();
    assert_eq!(shown(&plan, "t.a", "name"), "\"first\"");
    let [message] = messages(&plan).try_into().unwrap();
    assert!(message.ends_with("the resource is listed a second time; the first stands"));
}

#[test]
fn references_that_multiply_end() {
    // Each of forty modules is given every one before it: followed one by one, that is 2^40 ways.
    let end = |reference: fn(usize) -> String| {
        let calls: Vec<String> = (0..40)
            .map(|module| {
                let before: Vec<String> = (0..module).map(reference).collect();
                format!(
                    r#""m{module}": {{"expressions": {{"v": {{"references": [{}]}}}},
                        "module": {{"outputs":
                            {{"o": {{"expression": {{"references": ["var.v"]}}}}}}}}}}"#,
                    before.join(", ")
                )
            })
            .collect();
        let instances: Vec<String> = (0..40)
            .map(|module| {
                format!(
                    r#"{{"address": "module.m{module}.t.a", "module_address": "module.m{module}",
                        "mode": "managed", "type": "t", "name": "a",
                        "change": {{"actions": ["create"], "after": {{}}}}}}"#
                )
            })
            .collect();
        let text = format!(
            r#"{{"format_version": "1.2", "resource_changes": [
                {{"address": "t.z", "mode": "managed", "type": "t", "name": "z",
                  "change": {{"actions": ["create"], "after": {{}},
                    "after_unknown": {{"zone_id": true}}}}}}, {}],
              "configuration": {{"root_module": {{"module_calls": {{{}}}, "resources": [
                {{"mode": "managed", "type": "t", "name": "z", "expressions":
                  {{"zone_id": {{"references": [{}]}}}}}}]}}}}}}"#,
            instances.join(", "),
            calls.join(", "),
            reference(39)
        );
        shown(&plan(&text).unwrap(), "t.z", "zone_id")
    };
    let named = end(|module| format!("\"module.m{module}.o\", \"module.m{module}\""));
    assert_eq!(named, "unknown(it is known only after apply)");
    let whole = end(|module| format!("\"module.m{module}\""));
    assert_eq!(
        whole,
        "unknown(it is made from module.m39, and the plan does not say how)"
    );
}

#[test]
fn references_that_lead_on_and_on_end() {
    let resources: Vec<String> = (0..1000)
        .map(|index| {
            format!(
                r#"{{"address": "t.r{index}", "mode": "managed", "type": "t", "name": "r{index}",
                    "change": {{"actions": ["create"], "after": {{}},
                        "after_unknown": {{"zone_id": true}}}}}}"#
            )
        })
        .collect();
    let blocks: Vec<String> = (0..1000)
        .map(|index| {
            let next = index + 1;
            format!(
                r#"{{"mode": "managed", "type": "t", "name": "r{index}", "expressions":
                    {{"zone_id": {{"references": ["t.r{next}.zone_id", "t.r{next}"]}}}}}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"format_version": "1.2", "resource_changes": [{}],
            "configuration": {{"root_module": {{"resources": [{}]}}}}}}"#,
        resources.join(", "),
        blocks.join(", ")
    );
    let plan = plan(&text).unwrap();
    assert_eq!(
        shown(&plan, "t.r0", "zone_id"),
        "unknown(its references lead too far)"
    );
}

#[test]
fn any_part_of_a_plan_may_be_anything() {
    let whole: serde_json::Value = serde_json::from_str(include_str!("modules/plan.json")).unwrap();
    let mut pointers = Vec::new();
    list("", &whole, &mut pointers);
    let other = [
        "null",
        "true",
        "7",
        "\"module.zones\"",
        "[]",
        "{}",
        "[[{}]]",
    ];
    // A prime stride takes parts of every kind.
    for (index, pointer) in pointers.iter().enumerate().step_by(7) {
        let mut changed = whole.clone();
        let replaced = other[index % other.len()];
        *changed.pointer_mut(pointer).unwrap() = serde_json::from_str(replaced).unwrap();
        if let Err(problem) = plan(&changed.to_string()) {
            let message = problem.to_string();
            assert!(
                !message.contains("fault of the scanner"),
                "{pointer} = {replaced}"
            );
        }
    }
}

/// The JSON pointers of a value and of everything in it.
fn list(pointer: &str, value: &serde_json::Value, into: &mut Vec<String>) {
    into.push(pointer.to_owned());
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                list(&format!("{pointer}/{index}"), item, into);
            }
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                list(&format!("{pointer}/{}", escaped(name)), member, into);
            }
        }
        _ => {}
    }
}
