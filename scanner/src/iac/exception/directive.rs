//! Comments that speak to zonewarden, and what they stand on.

use super::terms::{MARK, Terms};
use crate::iac::place::Span;

/// A comment, or what stands for one, that speaks to zonewarden.
#[derive(Debug)]
pub(in crate::iac) struct Directive {
    pub(in crate::iac) span: Span,
    terms: Result<Terms, String>,
    covers: Option<Span>,
}

impl Directive {
    /// A comment, without the marks that make it one.
    pub(in crate::iac) fn of_comment(text: &str, span: Span, covers: Option<Span>) -> Self {
        Self::new(Terms::parse(text), span, covers)
    }

    pub(in crate::iac) fn new(
        terms: Result<Terms, String>,
        span: Span,
        covers: Option<Span>,
    ) -> Self {
        Self {
            span,
            terms,
            covers,
        }
    }

    /// What it says and what it covers, or why it says nothing.
    pub(super) fn covered(&self) -> Result<(&Terms, Span), &str> {
        let terms = self.terms.as_ref().map_err(String::as_str)?;
        match self.covers {
            Some(covers) => Ok((terms, covers)),
            None => Err("it stands on no resource, data or module block, nor directly above one"),
        }
    }
}

/// Whether a comment speaks to zonewarden, rather than of it.
pub(in crate::iac) fn is_directive(comment: &str) -> bool {
    comment_of(comment).starts_with(MARK)
}

/// What a comment says, without the marks that make it one.
pub(in crate::iac) fn comment_of(comment: &str) -> &str {
    let marks = |c: char| matches!(c, '#' | '/' | '*') || c.is_whitespace();
    let text = comment.trim_start_matches(marks).trim_end();
    match comment.starts_with("/*") {
        true => text.strip_suffix("*/").unwrap_or(text).trim_end(),
        false => text,
    }
}

/// For each comment, which of the blocks begins directly below it, if one does. Both are in the
/// order of the text; `joins` says whether a text between two of them keeps them together.
pub(in crate::iac) fn standing_above(
    text: &str,
    comments: &[Span],
    blocks: &[Span],
    joins: impl Fn(&str) -> bool,
) -> Vec<Option<usize>> {
    let mut above = vec![None; comments.len()];
    let mut below: Option<(u32, Option<usize>)> = None;
    // From the last to the first, so that no text is gone through twice.
    for (comment, above) in comments.iter().zip(&mut above).rev() {
        let next = blocks.partition_point(|block| block.start < comment.end);
        let block = blocks.get(next).map(|block| (block.start, Some(next)));
        let nearest = match (below, block) {
            (Some(below), Some(block)) => Some(if below.0 < block.0 { below } else { block }),
            (below, block) => below.or(block),
        };
        if let Some((start, block)) = nearest {
            let between = text.get(comment.end as usize..start as usize);
            *above = block.filter(|_| between.is_some_and(&joins));
        }
        below = Some((comment.start, *above));
    }
    above
}
