//! Pages of a list.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// A part of a list, and where the next one begins.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

/// The page of a list that a token asks for; none where the token is not one of that list's.
///
/// A token names the list, so that one of another list is refused as AWS does.
pub(super) fn page<T>(
    list: &str,
    items: impl Iterator<Item = T>,
    token: Option<&str>,
    size: usize,
) -> Option<Page<T>> {
    let start = match token {
        None => 0,
        Some(token) => {
            let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
            let (named, place) = decoded.rsplit_once('#')?;
            (named == list).then_some(())?;
            place.parse().ok()?
        }
    };
    let mut rest = items.skip(start);
    let items: Vec<T> = rest.by_ref().take(size).collect();
    let next = rest
        .next()
        .is_some()
        .then(|| token_at(list, start.saturating_add(items.len())));
    Some(Page { items, next })
}

/// The token of a place in a list.
pub(super) fn token_at(list: &str, place: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}#{place}"))
}
