//! Exceptions of a template: comments, and `Metadata` of resources.

use std::rc::Rc;

use super::syntax::{Entry, Map, Node, NodeKind};
use super::template::Template;
use crate::iac::exception::{Directive, Terms, comment_of, standing_above};
use crate::iac::place::Span;

/// A resource as it is declared.
struct Declared<'t> {
    /// From its logical id to the end of what it is.
    span: Span,
    name: Span,
    node: &'t Node,
}

/// What a template asks to accept. A comment stands on the resource whose logical id is on its line,
/// on the one between whose logical id and first member it is, or on the one directly below.
pub(in crate::iac) fn directives(template: &Template) -> Vec<Directive> {
    let mut resources = Vec::new();
    if let Some(section) = template.section("Resources") {
        declared(section, &mut resources);
    }
    // A macro may repeat a resource by an alias.
    resources.sort_by_key(|resource| resource.span.start);
    resources.dedup_by_key(|resource| resource.span.start);
    let mut directives = of_comments(template, &resources);
    for resource in &resources {
        of_metadata(resource, &mut directives);
    }
    directives.sort_by_key(|directive| directive.span.start);
    directives
}

/// The resources of a section, those within loops among them.
fn declared<'t>(section: &'t Map, resources: &mut Vec<Declared<'t>>) {
    for entry in section.entries() {
        if entry.name.starts_with("Fn::ForEach::") {
            if let Some([_, _, body]) = entry.value.as_list()
                && let Some(body) = body.as_map()
            {
                declared(body, resources);
            }
            continue;
        }
        resources.push(Declared {
            span: whole(entry),
            name: entry.name_span,
            node: &entry.value,
        });
    }
}

/// From the name to the end of the value; what an alias stands for is elsewhere.
fn whole(entry: &Entry) -> Span {
    let after = entry.value.span.start >= entry.name_span.end;
    Span {
        start: entry.name_span.start,
        end: if after {
            entry.value.span.end
        } else {
            entry.name_span.end
        },
    }
}

fn of_comments(template: &Template, resources: &[Declared]) -> Vec<Directive> {
    let text = template.source.text();
    let comments = &template.comments;
    let names: Vec<Span> = resources.iter().map(|resource| resource.name).collect();
    let above = standing_above(text, comments, &names, holds_only_comments);
    let each = comments.iter().zip(above).map(|(comment, above)| {
        let before = names.partition_point(|name| name.start <= comment.start);
        let last = before.checked_sub(1).and_then(|last| resources.get(last));
        let last = last.filter(|resource| is_at_head(text, resource, *comment));
        let below = above.filter(|_| begins_line(text, *comment));
        let below = below.and_then(|below| resources.get(below));
        let covers = last.or(below).map(|resource| resource.span);
        let content = text.get(comment.start as usize..comment.end as usize);
        Directive::of_comment(comment_of(content.unwrap_or_default()), *comment, covers)
    });
    each.collect()
}

/// Whether a comment stands on the line of a logical id, or before the first member.
fn is_at_head(text: &str, resource: &Declared, comment: Span) -> bool {
    let between = text.get(resource.name.end as usize..comment.start as usize);
    let same_line = between.is_some_and(|between| !between.contains('\n'));
    let first = resource.node.as_map().and_then(|map| map.entries().first());
    same_line || first.is_some_and(|first| comment.end <= first.name_span.start)
}

/// Whether nothing stands before the comment on its line but the mark of a list item.
fn begins_line(text: &str, comment: Span) -> bool {
    let before = text.get(..comment.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_matches([' ', '\t', '-']).is_empty()
}

/// Whether every whole line of what stands between a comment and a name is a comment.
fn holds_only_comments(text: &str) -> bool {
    let mut lines = text.split('\n');
    let (first, last) = (lines.next(), lines.next_back());
    let blank = |line: Option<&str>| line.is_some_and(|line| line.trim().is_empty());
    blank(first) && blank(last) && lines.all(|line| line.trim_start().starts_with('#'))
}

/// `Metadata: {zonewarden: {ignore: [{rule, until, reason}]}}`.
fn of_metadata(resource: &Declared, directives: &mut Vec<Directive>) {
    let Some(told) = resource
        .node
        .get("Metadata")
        .and_then(|node| node.get("zonewarden"))
    else {
        return;
    };
    let covers = Some(resource.span);
    let mut fault = |message: String, node: &Node| {
        directives.push(Directive::new(Err(message), node.span, covers));
    };
    let Some(map) = told.as_map() else {
        return fault("expected `ignore` in `zonewarden`".to_owned(), told);
    };
    for entry in map.entries() {
        if entry.name.as_ref() != "ignore" {
            fault(unknown(&entry.name, "ignore"), &entry.value);
        }
    }
    let Some(ignore) = map.get("ignore") else {
        return;
    };
    let one = std::slice::from_ref(&ignore.value);
    for item in ignore.value.as_list().unwrap_or(one) {
        directives.push(Directive::new(terms(item), item.span, covers));
    }
}

/// `{rule: zone-signed, until: 2027-01-31, reason: …}`, or with `rules`.
fn terms(item: &Node) -> Result<Terms, String> {
    let map = item.as_map().ok_or("expected `rule` and `reason`")?;
    let mut rules = Vec::new();
    let (mut until, mut reason) = (None, "");
    for entry in map.entries() {
        match entry.name.as_ref() {
            "rule" | "rules" => rules.extend(texts(entry)?),
            "until" => until = Some(text(&entry.name, &entry.value)?),
            "reason" => reason = text(&entry.name, &entry.value)?,
            other => return Err(unknown(other, "rule, rules, until or reason")),
        }
    }
    Terms::new(rules.into_iter(), until, reason)
}

fn texts(entry: &Entry) -> Result<Vec<&str>, String> {
    let one = std::slice::from_ref(&entry.value);
    let items: &[Rc<Node>] = entry.value.as_list().unwrap_or(one);
    items.iter().map(|item| text(&entry.name, item)).collect()
}

fn text<'n>(name: &str, node: &'n Node) -> Result<&'n str, String> {
    match &node.kind {
        NodeKind::String(text) => Ok(text),
        _ => Err(format!("`{name}` is no plain text")),
    }
}

fn unknown(name: &str, expected: &str) -> String {
    let name: String = name.chars().take(40).collect();
    format!("expected {expected}, found `{name}`")
}
