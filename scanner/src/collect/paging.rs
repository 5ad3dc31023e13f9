//! Following the tokens of a paged answer, without end only where the service has none.

use std::collections::HashSet;
use std::hash::Hash;

use super::failure::Failure;
use crate::inventory::Reason;

/// More pages than any quota of AWS allows an account to fill.
const MAX_PAGES: usize = 10_000;

/// The tokens of one paged answer.
///
/// A page may be empty and still carry a token. A token that was seen before would go round in
/// circles: the listing fails, for no one knows what else there is.
#[derive(Debug)]
pub(super) struct Pages<T = String> {
    next: Option<Option<T>>,
    seen: HashSet<T>,
}

impl<T: Clone + Eq + Hash> Pages<T> {
    /// Before the first page.
    pub(super) fn new() -> Self {
        Self {
            next: Some(None),
            seen: HashSet::new(),
        }
    }

    /// The token with which to ask for the next page, or none at the end; no token for the first.
    pub(super) fn next(&mut self) -> Option<Option<T>> {
        self.next.take()
    }

    /// Takes note of the token that the last page carried.
    ///
    /// # Errors
    /// Where the token leads nowhere new.
    pub(super) fn go_on(&mut self, token: T) -> Result<(), Failure> {
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

impl Pages {
    /// The same, of a token that may be missing or empty at the end.
    pub(super) fn follow(&mut self, token: Option<String>) -> Result<(), Failure> {
        match token.filter(|token| !token.is_empty()) {
            Some(token) => self.go_on(token),
            None => Ok(()),
        }
    }
}
