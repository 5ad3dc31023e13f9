//! Code on standard input.

use std::io;
use std::path::Path;

use zonewarden::iac::files::{Choice, Files, MAX_FILE};
use zonewarden::iac::problem::Problem;
use zonewarden::iac::{cloudformation, standard_input, terraform};

use super::repository::{Directory, names};

fn held(text: &str, name: Option<&str>) -> Result<Files, Problem> {
    let mut files = Files::below(&[], Path::new("."), Choice::Tracked)
        .unwrap()
        .files;
    standard_input::read(&mut files, text.as_bytes(), name)?;
    Ok(files)
}

fn name_of(text: &str) -> String {
    let files = held(text, None).unwrap();
    let (directory, names) = files.directories().next().unwrap();
    assert_eq!(files.shown(directory), "-");
    files
        .read(&directory.join(&names[0]))
        .unwrap()
        .name()
        .to_owned()
}

#[test]
fn what_it_holds_is_told_by_its_content() {
    let zone = "resource \"aws_route53_zone\" \"z\" {\n  name = \"example.com\"\n}\n";
    let template = "Resources:\n  Zone:\n    Type: AWS::Route53::HostedZone\n";
    let embedded = format!(
        "resource \"aws_cloudformation_stack\" \"s\" {{\n  template_body = <<EOT\n{template}EOT\n}}\n"
    );
    let kinds = [
        ("", "stdin.tf"),
        (zone, "stdin.tf"),
        (embedded.as_str(), "stdin.tf"),
        ("resource {", "stdin.tf"),
        (template, "stdin.yaml"),
        (
            "# stack\nAWSTemplateFormatVersion: '2010-09-09'\n",
            "stdin.yaml",
        ),
        (
            "AWSTemplateFormatVersion: '2010-09-09'\nResources: [\n",
            "stdin.yaml",
        ),
        (
            "{Resources: {Zone: {Type: AWS::Route53::HostedZone}}}",
            "stdin.yaml",
        ),
        ("\u{feff} {\"Resources\": {}}", "stdin.json"),
        (
            "{\"Resources\": {\"Zone\": {\"Type\": \"AWS::Route53::HostedZone\"}",
            "stdin.json",
        ),
        (
            "{\"format_version\": \"1.2\", \"planned_values\": {}}",
            "stdin.json",
        ),
        (
            "{\"resource\": {\"aws_route53_zone\": {}}}",
            "stdin.tf.json",
        ),
        ("{\"resource\": {", "stdin.tf.json"),
    ];
    for (text, name) in kinds {
        assert_eq!(name_of(text), name, "{text}");
    }
}

#[test]
fn it_is_read_like_a_file_alone_in_its_directory() {
    let text = "module \"m\" {\n  source = \"./m\"\n}\nresource \"aws_route53_zone\" \"z\" {\n  name = file(\"main.tf\")\n}\n";
    let files = held(text, Some("infra/main.tf")).unwrap();
    let reading = terraform::read(&files, &terraform::Options::default());
    let [root] = reading.roots.as_slice() else {
        panic!("{:?}", reading.roots);
    };
    assert_eq!(root.directory, "-");
    assert_eq!(root.instances[0].header.to_string(), "infra/main.tf:4:1");
    let problems: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["infra/main.tf:1:1: module m (./m) is not read: m: lies outside the given paths"]
    );

    let template = "Resources:\n  Zone:\n    Type: AWS::Route53::HostedZone\n";
    let files = held(template, Some("stack.template")).unwrap();
    let reading = cloudformation::read(&files, &cloudformation::Options::default());
    assert_eq!(
        reading.templates[0].resources[0].header.to_string(),
        "stack.template:2:3"
    );
}

#[test]
fn it_stands_beside_files() {
    let directory = Directory::tracking(&["main.tf"]);
    let mut listing = directory.list(&["."], Choice::Tracked);
    standard_input::read(&mut listing.files, &b"{}"[..], None).unwrap();
    assert_eq!(names(&listing), ["main.tf", "stdin.tf.json"]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let told = |stream: &mut dyn io::Read, name| {
        let mut files = Files::below(&[], Path::new("."), Choice::Tracked)
            .unwrap()
            .files;
        standard_input::read(&mut files, stream, name)
            .unwrap_err()
            .to_string()
    };
    for name in ["notes.txt", "main", "x.tfvars", "dir/"] {
        let said = format!("{name}: is not read: its name is not one of infrastructure code");
        assert_eq!(told(&mut &b""[..], Some(name)), said);
    }
    let latin = told(&mut &b"# caf\xe9\n"[..], None);
    assert_eq!(latin, "stdin.tf:1:6: is not valid UTF-8");
    let endless = told(&mut io::repeat(b'#'), None);
    assert!(
        endless.ends_with(&format!("is larger than {MAX_FILE} bytes")),
        "{endless}"
    );
}
