//! Infrastructure code that comes on standard input rather than in a file.

use std::io::Read;

use crate::iac::cloudformation;
use crate::iac::files::{Files, MAX_FILE};
use crate::iac::json::{self, NodeKind};
use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::terraform;

/// What is shown in place of a name.
const NAME: &str = "stdin";

/// Reads code from a stream into a directory of its own, whose shown name is `-`.
///
/// The end of its name says what it holds. Without a name it is called `stdin.tf`, `stdin.tf.json`,
/// `stdin.yaml` or `stdin.json`, by its content: a JSON object or YAML map is a template where it
/// has `Resources` or `AWSTemplateFormatVersion`, a JSON object is a plan where it has
/// `format_version`, and Terraform's JSON otherwise; everything else is Terraform.
///
/// # Errors
/// Where the name is not one of infrastructure code, and where the stream cannot be read, is larger
/// than a file may be or holds no UTF-8.
pub fn read(files: &mut Files, stream: impl Read, name: Option<&str>) -> Result<(), Problem> {
    let shown = name.unwrap_or(NAME);
    let problem = |kind| Problem::of_file(shown, kind);
    if name.is_some_and(|name| !is_code(name)) {
        return Err(problem(ProblemKind::NotCode));
    }
    let mut bytes = Vec::new();
    stream
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| problem(ProblemKind::Unreadable(error.to_string())))?;
    match name {
        Some(name) => files.hold(name, bytes),
        None => {
            let end = end_of(&String::from_utf8_lossy(&bytes));
            files.hold(&format!("{NAME}{end}"), bytes)
        }
    }
}

fn is_code(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    terraform::is_configuration(file) || cloudformation::may_be_template(file)
}

/// How the name of a file of this content would end.
fn end_of(text: &str) -> &'static str {
    let text = text.trim_start_matches('\u{feff}');
    let as_yaml = Source::new(format!("{NAME}.yaml"), text);
    if text.trim_start().starts_with('{') {
        return match json::parse(text) {
            Ok(node) if is_template_or_plan(&node) => ".json",
            Ok(_) => ".tf.json",
            Err(_) if cloudformation::is_template_text(&as_yaml) => ".yaml",
            Err(_) if cloudformation::is_meant_as_template(text) => ".json",
            Err(_) => ".tf.json",
        };
    }
    // Terraform may hold a template in a heredoc, which makes it no template itself.
    let as_terraform = || Source::new(format!("{NAME}.tf"), text);
    let meant = || cloudformation::is_meant_as_template(text);
    let broken = || meant() && !terraform::is_readable(&as_terraform());
    if cloudformation::is_template_text(&as_yaml) || broken() {
        ".yaml"
    } else {
        ".tf"
    }
}

fn is_template_or_plan(node: &json::Node) -> bool {
    let NodeKind::Object(members) = &node.kind else {
        return false;
    };
    members.iter().any(|member| {
        let name = member.name.as_ref();
        ["AWSTemplateFormatVersion", "Resources", "format_version"].contains(&name)
    })
}
