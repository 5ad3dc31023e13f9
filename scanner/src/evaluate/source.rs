//! The results of source code as a reader of the code knows them: by address, file and line.

use std::collections::HashMap;

use zonewarden_reports::{self as reports, Location, Role, RuleResult, Text};

use super::index::Index;
use super::result::Kept;
use crate::inventory::{Source, SourcePlace, Symbol, SymbolKind};

/// Turns results about the items of an inventory into results about the code that declares them:
/// the subject is the address, texts name addresses in place of symbols, and each result says where
/// in which file.
pub(super) fn told_of_code(kept: &mut [Kept], index: &Index) {
    let mut fingerprints: HashMap<String, String> = HashMap::new();
    for Kept { result, at, .. } in kept.iter_mut() {
        let before = result.fingerprint.clone();
        match index.sources.get(result.subject.id.as_str()) {
            Some(source) => place(result, at.as_deref(), source),
            None => result.subject.id = readable(&result.subject.id),
        }
        name_symbols(result);
        let subject = &result.subject;
        result.fingerprint = reports::fingerprint(&result.rule, &subject.id, &result.key);
        fingerprints.insert(before, result.fingerprint.clone());
    }
    for Kept { result, .. } in kept.iter_mut() {
        if let Some(renamed) = result
            .cause
            .as_ref()
            .and_then(|cause| fingerprints.get(cause))
        {
            result.cause = Some(renamed.clone());
        }
    }
    kept.sort_by(|one, other| one.result.worst_first(&other.result));
}

fn place(result: &mut RuleResult, at: Option<&str>, source: &Source) {
    let fact = at
        .or(result
            .unknown
            .as_ref()
            .and_then(|lost| lost.fact.as_deref()))
        .unwrap_or_default();
    let primary = stated(source, fact, &result.key).unwrap_or(&source.declaration);
    result.locations = vec![location(Role::Primary, primary)];
    if *primary != source.declaration {
        let declaration = location(Role::Declaration, &source.declaration);
        result.locations.push(declaration);
    }
    let calls = source.calls.iter().map(|call| location(Role::Call, call));
    result.locations.extend(calls);
    result.subject.id = readable(&source.address);
    result.subject.root = Some(source.root.clone());
    result.subject.construct_path = source.construct_path.as_deref().map(Text::from);
}

/// Where a fact of an item is stated: it itself, else the nearest that it is part of.
fn stated<'a>(source: &'a Source, fact: &str, key: &str) -> Option<&'a SourcePlace> {
    let plain = fact.replace("[]", "");
    let (_, path) = plain.split_once('.')?;
    let member = source.places.get(&format!("{path}.{key}"));
    let mut nearest = Some(path);
    let above = std::iter::from_fn(|| {
        let own = nearest?;
        nearest = own.rsplit_once('.').map(|(above, _)| above);
        Some(own)
    });
    member.or_else(|| above.into_iter().find_map(|path| source.places.get(path)))
}

pub(super) fn location(role: Role, place: &SourcePlace) -> Location {
    Location {
        role,
        file: place.file.clone(),
        line: place.line.into(),
        column: place.column.into(),
        end_line: place.end_line.into(),
        end_column: place.end_column.into(),
        text: None,
    }
}

fn name_symbols(result: &mut RuleResult) {
    let subject = &mut result.subject;
    subject.name = readable(&subject.name);
    subject.account = subject
        .account
        .take()
        .filter(|account| Symbol::within(account).is_empty());
    result.message = readable(&result.message);
    result.key = readable(&result.key);
    // What a command would change is changed in the code.
    result.fix = Vec::new();
    for evidence in &mut result.evidence {
        evidence.value = readable(&evidence.value);
    }
    if let Some(unknown) = &mut result.unknown {
        unknown.detail = unknown.detail.take().map(|detail| readable(&detail));
    }
}

/// The text with addresses in place of symbols; an ARN of which only AWS will tell the resource is
/// the address of that.
fn readable(text: &str) -> String {
    // The end of the last symbol, and the beginning of the ARN that it is part of.
    let (mut end, mut within) = (0, None);
    Symbol::replace(text, |readable, symbol| {
        let since = readable.get(end..).unwrap_or_default();
        if let Some(at) = since.rfind([' ', '"', '(', ',', '[']) {
            within = None;
            end += at + 1;
        }
        let word = readable.get(end..).unwrap_or_default();
        let arn = within.or_else(|| word.starts_with("arn:").then_some(end));
        if let (SymbolKind::Zone | SymbolKind::Key, Some(arn)) = (symbol.kind, arn) {
            readable.truncate(arn);
        }
        readable.push_str(&symbol.name);
        (end, within) = (readable.len(), arn);
    })
}
