//! Comments that speak to zonewarden, and the blocks that they stand on.

use super::ast::{Block, Body};
use super::cursor::{Cursor, Origin};
use super::json_body::BLOCKS;
use crate::iac::exception::{Directive, comment_of, is_directive, standing_above};
use crate::iac::json::{Member, Node, NodeKind};
use crate::iac::place::Span;

/// The kinds of block that findings are of.
const KINDS: [&str; 3] = ["resource", "data", "module"];

/// The directives among the comments of a file. A comment stands on the block that it is in, outside
/// of arguments and nested blocks, on the one whose line it ends, or on the one directly below.
pub(super) fn of_comments(text: &str, comments: &[Span], body: &Body) -> Vec<Directive> {
    let spans: Vec<Span> = body.blocks.iter().map(|block| block.span).collect();
    let above = standing_above(text, comments, &spans, holds_no_blank_line);
    let mut insides = Insides::default();
    let each = comments.iter().zip(above);
    let each = each.map(|(comment, above)| {
        let before = spans.partition_point(|span| span.start <= comment.start);
        let last = before.checked_sub(1);
        let last = last.and_then(|last| Some((last, body.blocks.get(last)?)));
        let block = match last {
            Some((_, block)) if comment.start < block.span.end => {
                Some(block).filter(|block| !insides.hold(block, *comment))
            }
            Some((_, block)) if same_line(text, block.span.end, comment.start) => Some(block),
            _ => above.and_then(|above| body.blocks.get(above)),
        };
        let block = block.filter(|block| KINDS.contains(&block.kind.as_ref()));
        let content = text.get(comment.start as usize..comment.end as usize);
        let content = comment_of(content.unwrap_or_default());
        Directive::of_comment(content, *comment, block.map(|block| block.span))
    });
    each.collect()
}

/// The arguments and nested blocks of the block that was asked about last.
#[derive(Default)]
struct Insides {
    block: Option<Span>,
    spans: Vec<Span>,
}

impl Insides {
    /// Whether a span within the block lies in one of its arguments or nested blocks.
    fn hold(&mut self, block: &Block, span: Span) -> bool {
        if self.block != Some(block.span) {
            let arguments = block.body.attributes.values().map(|argument| argument.span);
            let blocks = block.body.blocks.iter().map(|block| block.span);
            self.spans = arguments.chain(blocks).collect();
            self.spans.sort_by_key(|span| span.start);
            self.block = Some(block.span);
        }
        let before = self
            .spans
            .partition_point(|inner| inner.start <= span.start);
        let last = before.checked_sub(1).and_then(|last| self.spans.get(last));
        last.is_some_and(|inner| span.start < inner.end)
    }
}

fn same_line(text: &str, start: u32, end: u32) -> bool {
    let between = text.get(start as usize..end as usize);
    between.is_some_and(|between| !between.contains('\n'))
}

/// Whether a text is nothing but comments and line breaks, without a blank line.
fn holds_no_blank_line(text: &str) -> bool {
    let mut cursor = Cursor::new(text, Origin::At(0));
    let mut first = true;
    loop {
        let start = cursor.at;
        if cursor.skip_trivia().is_err() {
            return false;
        }
        if cursor.at >= text.len() {
            return true;
        }
        let line = text.get(start..cursor.at).unwrap_or_default();
        if (!first && line.trim().is_empty()) || !cursor.take_line_break() {
            return false;
        }
        first = false;
    }
}

/// The directives among the members `//` of a file in the JSON syntax (Terraform documentation, "JSON
/// Configuration Syntax", "Comment Properties").
pub(super) fn of_json(root: &Node) -> Vec<Directive> {
    let mut directives = Vec::new();
    for members in objects(root) {
        add(members, None, &mut directives);
        for member in members {
            let labels = BLOCKS
                .iter()
                .find(|(kind, _)| *kind == member.name.as_ref());
            if let Some((kind, labels)) = labels {
                let covers = KINDS.contains(kind);
                blocks(member, *labels, covers, &mut directives);
            }
        }
    }
    directives.sort_by_key(|directive| directive.span.start);
    directives
}

/// Descends through the labels of a block to its bodies.
fn blocks(named: &Member, missing: usize, covers: bool, directives: &mut Vec<Directive>) {
    for members in objects(&named.value) {
        if let Some(missing) = missing.checked_sub(1) {
            add(members, None, directives);
            for member in members {
                blocks(member, missing, covers, directives);
            }
        } else {
            let whole = Span {
                start: named.name_span.start,
                end: named.value.span.end,
            };
            add(members, covers.then_some(whole), directives);
        }
    }
}

fn add(members: &[Member], covers: Option<Span>, directives: &mut Vec<Directive>) {
    for member in members.iter().filter(|member| member.name.as_ref() == "//") {
        let one = std::slice::from_ref(&member.value);
        let comments = match &member.value.kind {
            NodeKind::Array(comments) => comments.as_slice(),
            _ => one,
        };
        for comment in comments {
            if let NodeKind::String { text, .. } = &comment.kind
                && is_directive(text)
            {
                let content = comment_of(text);
                directives.push(Directive::of_comment(content, comment.span, covers));
            }
        }
    }
}

fn objects(node: &Node) -> Vec<&[Member]> {
    let one = std::slice::from_ref(node);
    let items = match &node.kind {
        NodeKind::Array(items) => items.as_slice(),
        _ => one,
    };
    let objects = items.iter().filter_map(|item| match &item.kind {
        NodeKind::Object(members) => Some(members.as_slice()),
        _ => None,
    });
    objects.collect()
}
