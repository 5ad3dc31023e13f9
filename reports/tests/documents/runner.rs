//! The log of a step, read as GitHub's runner reads it (`ActionCommand.cs` of `actions/runner`).

use std::collections::BTreeMap;

/// The names of every command that the runner obeys.
const COMMANDS: [&str; 14] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-output",
    "warning",
];

/// What the runner obeys.
#[derive(Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) message: String,
}

impl Command {
    /// The command that a line of the log is, if it is one; `stop-commands` and what else the
    /// runner may know count as well.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let line = line.trim_start();
        if let Some((head, message)) = line.strip_prefix("::").and_then(|l| l.split_once("::")) {
            let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
            if is_name(name) {
                let properties = properties.trim().split(',').filter_map(|pair| {
                    let (name, value) = pair.split_once('=')?;
                    Some((name.to_owned(), unescaped(value, true)))
                });
                return Some(Self {
                    name: name.to_owned(),
                    properties: properties.collect(),
                    message: unescaped(message, false),
                });
            }
        }
        let (_, rest) = line.split_once("##[")?;
        let (head, message) = rest.split_once(']')?;
        let name = head.split(' ').next()?;
        is_name(name).then(|| Self {
            name: name.to_owned(),
            properties: BTreeMap::new(),
            message: message.to_owned(),
        })
    }

    pub(crate) fn property(&self, name: &str) -> &str {
        &self.properties[name]
    }
}

fn is_name(name: &str) -> bool {
    COMMANDS.contains(&name) || name.starts_with("stop-commands") || name.starts_with("set-")
}

fn unescaped(text: &str, is_property: bool) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    let text = if is_property {
        text.replace("%3A", ":").replace("%2C", ",")
    } else {
        text
    };
    text.replace("%25", "%")
}
