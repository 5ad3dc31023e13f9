//! Following the tokens of a paged answer, without end only where the service has none.

use std::collections::HashSet;

use super::failure::Failure;
use crate::inventory::Reason;

/// More pages than any quota of AWS allows an account to fill.
const MAX_PAGES: usize = 10_000;

/// The tokens of one paged answer.
///
/// A page may be empty and still carry a token. A token that was seen before would go round in
/// circles: the listing fails, for no one knows what else there is.
#[derive(Debug)]
pub(super) struct Pages {
    next: Option<Option<String>>,
    seen: HashSet<String>,
}

impl Pages {
    /// Before the first page.
    pub(super) fn new() -> Self {
        Self {
            next: Some(None),
            seen: HashSet::new(),
        }
    }

    /// The token with which to ask for the next page, or none at the end; no token for the first.
    pub(super) fn next(&mut self) -> Option<Option<String>> {
        self.next.take()
    }

    /// Takes note of the token that the last page carried.
    ///
    /// # Errors
    /// Where the token leads nowhere new.
    pub(super) fn follow(&mut self, token: Option<String>) -> Result<(), Failure> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(());
        };
        if self.seen.len() >= MAX_PAGES || !self.seen.insert(token.clone()) {
            return Err(Failure::new(
                Reason::Malformed,
                "the pages of the answer go round in circles",
            ));
        }
        self.next = Some(Some(token));
        Ok(())
    }
}
