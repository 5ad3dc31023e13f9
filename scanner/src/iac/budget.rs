//! How much work and memory the evaluation of one root may cost.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use crate::inventory::{Reason, Unknown};

/// How much work and memory the evaluation of one root may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many steps it may take: an expression is one, and so are a few items that a function
    /// goes through.
    pub steps: u64,
    /// How many bytes of text it may make.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 4_000_000,
            bytes: 64 << 20,
        }
    }
}

/// How deep expressions may lie within each other, through references. The stack of the thread
/// that evaluates is sized for it.
const MAX_DEPTH: u32 = 1_000;

/// What is left.
pub(in crate::iac) struct Budget {
    limits: Limits,
    steps: Cell<u64>,
    bytes: Cell<u64>,
    depth: Cell<u32>,
    why: OnceCell<Arc<Unknown>>,
}

impl Budget {
    pub(in crate::iac) fn new(limits: Limits) -> Self {
        Self {
            limits,
            steps: Cell::new(limits.steps),
            bytes: Cell::new(limits.bytes),
            depth: Cell::new(MAX_DEPTH),
            why: OnceCell::new(),
        }
    }

    /// Takes so many steps; whether there were as many left. Once there were not, there are none.
    pub(in crate::iac) fn steps(&self, steps: u64) -> bool {
        take(&self.steps, steps)
    }

    /// Makes so many bytes of text; whether there were as many left.
    pub(in crate::iac) fn bytes(&self, bytes: usize) -> bool {
        take(&self.bytes, bytes as u64)
    }

    /// Whether nothing is left.
    pub(in crate::iac) fn is_spent(&self) -> bool {
        self.steps.get() == 0 || self.bytes.get() == 0
    }

    /// Goes one level deeper, unless that is too deep.
    pub(in crate::iac) fn enter(&self) -> Result<(), String> {
        match self.depth.get().checked_sub(1) {
            Some(left) => {
                self.depth.set(left);
                Ok(())
            }
            None => Err(format!(
                "expressions depend on each other more than {MAX_DEPTH} deep"
            )),
        }
    }

    /// Comes back from a level.
    pub(in crate::iac) fn leave(&self) {
        self.depth.set(self.depth.get() + 1);
    }

    /// Why nothing more is evaluated.
    pub(in crate::iac) fn why(&self) -> Arc<Unknown> {
        let why = self.why.get_or_init(|| {
            let Limits { steps, bytes } = self.limits;
            let detail = if self.bytes.get() == 0 {
                format!("the configuration makes more than {bytes} bytes of text")
            } else {
                format!("the configuration takes more than {steps} steps to evaluate")
            };
            Arc::new(Unknown::because(Reason::NotDetermined, detail))
        });
        Arc::clone(why)
    }
}

fn take(left: &Cell<u64>, amount: u64) -> bool {
    match left.get().checked_sub(amount) {
        Some(rest) if rest > 0 => {
            left.set(rest);
            true
        }
        _ => {
            left.set(0);
            false
        }
    }
}
