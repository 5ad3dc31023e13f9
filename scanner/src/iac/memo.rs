//! Results that are worked out once, and circles in how they depend on each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// Results by key.
pub(in crate::iac) struct Memo<K, V> {
    /// `None` while the result is being worked out.
    results: RefCell<HashMap<K, Option<V>>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self {
            results: RefCell::default(),
        }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Memo<K, V> {
    /// The result for a key: known already, or worked out now. Where working it out asks for it
    /// again, the inner question gets what `circular` says.
    pub(in crate::iac) fn get(
        &self,
        key: K,
        circular: impl FnOnce() -> V,
        work_out: impl FnOnce() -> V,
    ) -> V {
        match self.results.borrow().get(&key) {
            Some(Some(known)) => return known.clone(),
            Some(None) => return circular(),
            None => {}
        }
        self.results.borrow_mut().insert(key.clone(), None);
        let result = work_out();
        let mut results = self.results.borrow_mut();
        results.insert(key, Some(result.clone()));
        result
    }
}
