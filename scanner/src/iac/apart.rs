//! Work on hostile input, held apart from the rest.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The stack of the work, in bytes: values may lie deeper within each other than the stack of any
/// thread allows. Only what is used costs memory.
const STACK: usize = 256 << 20;

/// What the work gives, done on a stack of its own; none where it panicked, which costs that work
/// only. A thread of its own would do as well, but keeps the memory that the work has freed from
/// whatever comes after it.
pub(super) fn apart<T>(work: impl FnOnce() -> T) -> Option<T> {
    stacker::grow(STACK, || catch_unwind(AssertUnwindSafe(work)).ok())
}
