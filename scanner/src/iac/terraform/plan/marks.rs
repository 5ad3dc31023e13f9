//! `after_unknown` and `after_sensitive`: values that mark, in the shape of another value, which
//! parts of it are something.

use std::collections::HashMap;

use crate::iac::json::{Member, Node};

/// The marks of a value; none where the document has none.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a>(pub(super) Option<&'a Node>);

impl<'a> Marks<'a> {
    /// Whether the whole value is marked.
    pub(super) fn whole(self) -> bool {
        self.0.is_some_and(Node::is_true)
    }

    /// Whether any part of the value is marked.
    pub(super) fn any(self) -> bool {
        fn any(node: &Node) -> bool {
            node.is_true()
                || node.items().iter().any(any)
                || node.members().iter().any(|member| any(&member.value))
        }
        self.0.is_some_and(any)
    }

    /// The members that have marks.
    pub(super) fn members(self) -> HashMap<&'a str, &'a Member> {
        let members = self.0.map_or(&[][..], Node::members).iter();
        members
            .map(|member| (member.name.as_ref(), member))
            .collect()
    }

    /// The marks of an item.
    pub(super) fn item(self, index: usize) -> Self {
        Self(self.0.and_then(|node| node.items().get(index)))
    }
}
