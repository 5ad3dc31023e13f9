//! What is found out once and shared: the first to ask finds it out, the others wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Values by key, each made once.
#[derive(Debug)]
pub(super) struct Cells<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for Cells<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cells<K, V> {
    /// The value of a key; made by `make` where there is none yet and nobody is making it.
    pub(super) async fn get_or_make(&self, key: &K, make: impl Future<Output = V>) -> V {
        self.cell(key).get_or_init(|| make).await.clone()
    }

    /// The value of a key, if it is made.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.cell(key).get().cloned()
    }

    /// Keeps a value that was made without waiting for anybody.
    pub(super) fn keep(&self, key: &K, value: V) {
        // Another that was made meanwhile is as good.
        let _ = self.cell(key).set(value);
    }

    /// Drops the value of a key; whoever needs it again makes it again.
    pub(super) fn forget(&self, key: &K) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }

    fn cell(&self, key: &K) -> Arc<OnceCell<V>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(key.clone())
            .or_default()
            .clone()
    }
}
