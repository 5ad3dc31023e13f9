//! Parameters given from outside.

use zonewarden::iac::cloudformation::{Options, Parameters};

use super::templates::Templates;

const TEMPLATE: &str = "
Parameters:
  Name: {Type: String}
  Ids: {Type: 'List<AWS::EC2::VPC::Id>'}
  Rotate: {Type: String, Default: true}
  Latest: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /x}
Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Name: !Ref Name
      Ids: !Ref Ids
      Rotate: !Ref Rotate
      Latest: !Ref Latest
";

#[test]
fn every_form_of_a_parameters_file_is_read() {
    let forms = [
        r#"[{"ParameterKey": "Name", "ParameterValue": "example.com"},
            {"ParameterKey": "Ids", "ParameterValue": "vpc-1,vpc-2"}]"#,
        r#"{"Name": "example.com", "Ids": "vpc-1,vpc-2"}"#,
        r#"{"Parameters": {"Name": "example.com", "Ids": ["vpc-1", "vpc-2"]}}"#,
    ];
    for form in forms {
        let templates = Templates::of(&[("t.yaml", TEMPLATE), ("parameters.json", form)]);
        let file = templates.path().join("parameters.json");
        let read = templates.read_with(&Options {
            parameters: vec![Parameters::File(file)],
            ..Options::default()
        });
        assert_eq!(read.messages(), Vec::<String>::new());
        assert_eq!(read.files(), ["t.yaml"]);
        assert_eq!(read.shown("Zone", "Name"), "\"example.com\"");
        assert_eq!(read.shown("Zone", "Ids"), r#"["vpc-1", "vpc-2"]"#);
        let place = &read.resource("Zone").value("Name").unwrap().place;
        assert_eq!(place.file(), "parameters.json");
    }
}

#[test]
fn the_last_value_stands_and_defaults_stand_for_the_rest() {
    let value = |text: &str| Parameters::Value("Name".into(), text.into());
    let read = Templates::of(&[("t.yaml", TEMPLATE)]).read_with(&Options {
        parameters: vec![value("a"), value("b")],
        ..Options::default()
    });
    assert_eq!(read.shown("Zone", "Name"), "\"b\"");
    assert_eq!(read.shown("Zone", "Rotate"), "\"true\"");
    assert_eq!(
        read.shown("Zone", "Ids"),
        "unknown(parameter Ids has no default)"
    );
    assert_eq!(
        read.shown("Zone", "Latest"),
        "unknown(parameter Latest is looked up in SSM when the stack is made)"
    );
}
