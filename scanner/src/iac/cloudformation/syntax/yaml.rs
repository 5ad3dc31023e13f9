//! Templates in YAML 1.1, of which CloudFormation leaves out a little (AWS CloudFormation User
//! Guide, "CloudFormation template format").

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::MAX_DEPTH;
use super::node::{Document, Entry, Map, Node, NodeKind, repeated};
use crate::iac::exception::is_directive;
use crate::iac::place::Span;
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// How many comments may follow each other in a template.
const MAX_COMMENTS: usize = 100_000;

/// How many aliases a template may use.
const MAX_ALIASES: usize = 10_000;

/// How many nodes a template may hold once each alias is replaced by what it stands for.
const MAX_NODES: u64 = 1 << 20;

/// Reads a template in YAML: one document.
pub(super) fn parse(text: &str) -> Result<Document, Fault> {
    let mut options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    // Few templates have any, and comments before a node have to be held back.
    options.set_emit_comments(text.contains("zonewarden:"));
    options.max_buffered_comment_events = MAX_COMMENTS;
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        aliases: 0,
        merged: 0,
        depth: 0,
        comments: Vec::new(),
        faults: Vec::new(),
    };
    let root = reader.document()?;
    Ok(Document {
        root,
        comments: reader.comments,
        faults: reader.faults,
    })
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Rc<Node>>,
    aliases: usize,
    /// The nodes that merges went through.
    merged: u64,
    depth: usize,
    comments: Vec<Span>,
    faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, granit_parser::Span), Fault> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(comment, _), span))) => {
                    if is_directive(&comment) {
                        self.comments.push(span_of(&span));
                    }
                }
                Some(Ok(next)) => return Ok(next),
                Some(Err(error)) => return Err(fault_of(&error)),
                None => return Err(self.fault_at_end("the document ends too soon")),
            }
        }
    }

    fn document(&mut self) -> Result<Rc<Node>, Fault> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) => {}
                Event::StreamEnd => return Err(self.fault_at_end("the file is empty")),
                event => {
                    let root = self.node(event, span)?;
                    self.end()?;
                    return Ok(root);
                }
            }
        }
    }

    /// What comes after the first document: nothing.
    fn end(&mut self) -> Result<(), Fault> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentEnd => {}
                _ => {
                    let message = "a template is one document; here begins another";
                    return Err(fault(message, span_of(&span)));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'t>, at: granit_parser::Span) -> Result<Rc<Node>, Fault> {
        let span = span_of(&at);
        let (kind, span, anchor, tag) = match event {
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar(&text, style, tag.as_deref());
                (kind, self.trimmed(span), anchor, tag)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let (items, end) = self.deeper(span, Self::items)?;
                (NodeKind::List(items), Span { end, ..span }, anchor, tag)
            }
            Event::MappingStart(_, anchor, tag) => {
                let (map, end) = self.deeper(span, Self::map)?;
                (NodeKind::Map(map), Span { end, ..span }, anchor, tag)
            }
            _ => return Err(fault("expected a value", span)),
        };
        let mut node = Rc::new(Node::new(kind, span));
        if let Some(function) = tag.as_deref().and_then(function_of) {
            node = call(&function, node, &at);
        }
        if node.weight > MAX_NODES {
            let message = format!("aliases make more than {MAX_NODES} nodes of it");
            return Err(fault(message, span));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Rc<Node>, Fault> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(fault(format!("more than {MAX_ALIASES} aliases"), span));
        }
        let node = self.anchors.get(&anchor).map(Rc::clone);
        node.ok_or_else(|| fault("an alias stands within what it names", span))
    }

    fn deeper<T>(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self, u32) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(fault(message, span));
        }
        self.depth += 1;
        let read = read(self, span.end);
        self.depth -= 1;
        read
    }

    /// The items of a list, and where it ends.
    fn items(&mut self, mut end: u32) -> Result<(Vec<Rc<Node>>, u32), Fault> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::SequenceEnd = event {
                return Ok((items, end.max(closing(&span))));
            }
            let alias = alias_end(&event, &span);
            let item = self.node(event, span)?;
            end = end.max(alias.unwrap_or(item.span.end));
            items.push(item);
        }
    }

    /// The entries of a map, and where it ends.
    fn map(&mut self, mut end: u32) -> Result<(Map, u32), Fault> {
        let mut map = Map::default();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::MappingEnd = event {
                end = end.max(closing(&span));
                break;
            }
            let name_span = self.trimmed(span_of(&span));
            let name = self.name(event, span)?;
            let (event, span) = self.next()?;
            let alias = alias_end(&event, &span);
            let value = self.node(event, span)?;
            let value_end = alias.unwrap_or(value.span.end);
            end = end.max(name_span.end).max(value_end);
            if name.as_ref() == "<<" {
                self.merged = self.merged.saturating_add(value.weight);
                if self.merged > MAX_NODES {
                    let message = format!("merges go through more than {MAX_NODES} nodes");
                    return Err(fault(message, name_span));
                }
                merged.push(value);
                continue;
            }
            let entry = Entry {
                name: Arc::clone(&name),
                name_span,
                value,
            };
            if map.set(entry) {
                self.faults.push(repeated(&name, name_span));
            }
        }
        for value in merged {
            merge(&mut map, &value);
        }
        Ok((map, end))
    }

    /// A name is the text as it was written: `012345678901` is not a number here.
    fn name(&mut self, event: Event<'t>, span: granit_parser::Span) -> Result<Arc<str>, Fault> {
        match event {
            Event::Scalar(text, ..) => Ok(text.as_ref().into()),
            Event::Alias(anchor) => {
                let named = self.alias(anchor, span_of(&span))?;
                let name = named.as_str().cloned();
                name.ok_or_else(|| fault("a name must be a text", span_of(&span)))
            }
            _ => Err(fault("a name must be a text", span_of(&span))),
        }
    }

    /// The span without the line breaks that end a block of text.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.text.get(span.start as usize..span.end as usize);
        let length = text.map_or(0, |text| text.trim_end().len());
        Span {
            start: span.start,
            end: span.start.saturating_add(offset(length)),
        }
    }

    fn fault_at_end(&self, message: &str) -> Fault {
        let at = offset(self.text.len());
        fault(message, Span { start: at, end: at })
    }
}

/// Where a list or map ends by its own mark: `]` or `}`. A block has none.
fn closing(span: &granit_parser::Span) -> u32 {
    let own = span_of(span);
    if own.end > own.start { own.end } else { 0 }
}

/// Where an alias ends: what it stands for is elsewhere.
fn alias_end(event: &Event, span: &granit_parser::Span) -> Option<u32> {
    matches!(event, Event::Alias(_)).then(|| span_of(span).end)
}

/// The merge key of YAML 1.1: what the map says itself stands (<https://yaml.org/type/merge.html>).
fn merge(map: &mut Map, from: &Node) {
    match &from.kind {
        NodeKind::Map(other) => {
            for entry in other.entries() {
                if map.get(&entry.name).is_none() {
                    map.set(entry.clone());
                }
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| merge(map, item)),
        _ => {}
    }
}

/// The long form of a call that a tag makes, from the tag to the end of its argument.
fn call(function: &str, argument: Rc<Node>, at: &granit_parser::Span) -> Rc<Node> {
    let tag = at.tag_span().map(|span| span_of(&span));
    let tag = tag.unwrap_or(argument.span);
    let span = Span {
        start: tag.start.min(argument.span.start),
        end: argument.span.end.max(tag.end),
    };
    let mut map = Map::default();
    map.set(Entry {
        name: function.into(),
        name_span: tag,
        value: argument,
    });
    Rc::new(Node::new(NodeKind::Map(map), span))
}

/// The intrinsic function that a short tag stands for.
fn function_of(tag: &Tag) -> Option<String> {
    match (tag.handle(), tag.suffix()) {
        ("!", "Ref") => Some("Ref".to_owned()),
        ("!", "Condition") => Some("Condition".to_owned()),
        ("!", name) if !name.is_empty() => Some(format!("Fn::{name}")),
        _ => None,
    }
}

/// What a scalar stands for. A number that begins with a nought stays a text, so that account ids
/// keep all their digits.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> NodeKind {
    let plain = style == ScalarStyle::Plain && tag.is_none();
    let typed = tag.and_then(Tag::core_suffix).is_some_and(|t| t != "str");
    if !plain && !typed {
        return NodeKind::String(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            NodeKind::Bool(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            NodeKind::Bool(false)
        }
        text => number(text).map_or_else(|| NodeKind::String(text.into()), NodeKind::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let nought = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if nought || !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.chars().all(numeric) {
        return None;
    }
    let integer = text.parse().map(Number::Integer).ok();
    integer.or_else(|| text.parse().ok().and_then(Number::from_f64))
}

fn span_of(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span {
        start: offset(range.start),
        end: offset(range.end),
    }
}

fn fault_of(error: &ScanError) -> Fault {
    let at = offset(error.marker().byte_offset().unwrap_or(0));
    fault(error.info(), Span { start: at, end: at })
}

fn fault(message: impl Into<String>, span: Span) -> Fault {
    Fault {
        message: message.into(),
        span,
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
