//! The account as rules see it: with what of it could not be read.

use schemars::JsonSchema;
use serde::Serialize;

use super::Subjects;
use crate::evaluate::index::AccountEntry;
use crate::inventory::{Collection, Fact, Reason, Tags};

/// An account in scope.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountSubject {
    /// The account id.
    pub id: String,
    /// The name of the account.
    pub name: Option<String>,
    /// The path of organisational units from the root.
    pub ou: Fact<Option<String>>,
    /// `State`, or the retired `Status`, as Organizations gives it.
    pub state: Option<String>,
    /// The tags of the account.
    pub tags: Fact<Tags>,
    /// The public hosted zones that the account listed.
    pub public_zones: u64,
    /// The private hosted zones that the account listed.
    pub private_zones: u64,
    /// What of the account could not be read.
    pub gaps: Vec<GapFacts>,
}

/// Something of an account that could not be read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GapFacts {
    /// The account that was asked.
    pub account: String,
    /// What is missing from the inventory.
    pub collection: Collection,
    /// The ARN or id of the item concerned, where it is one.
    pub subject: Option<String>,
    /// The API operation that failed, as IAM names it.
    pub operation: Option<String>,
    /// The kind of failure.
    pub reason: Reason,
    /// The error code of the service.
    pub code: Option<String>,
    /// What a person needs to know beyond the reason.
    pub detail: Option<String>,
}

impl Subjects<'_> {
    /// The subject of an account.
    pub(in crate::evaluate) fn account(&self, entry: &AccountEntry) -> AccountSubject {
        let facts = self.account_facts(&entry.account.id);
        let read = entry.read.as_ref();
        AccountSubject {
            id: facts.id.clone(),
            name: facts.name.clone(),
            ou: facts.ou.clone(),
            state: facts.state.clone(),
            tags: facts.tags.clone(),
            public_zones: read.map_or(0, |read| read.public_zones),
            private_zones: read.map_or(0, |read| read.private_zones),
            gaps: self
                .index
                .gaps
                .iter()
                .filter(|gap| gap.account.as_deref() == Some(entry.account.id.as_str()))
                .map(|gap| GapFacts {
                    account: entry.account.id.clone(),
                    collection: gap.collection,
                    subject: gap.subject.clone(),
                    operation: gap.operation.clone(),
                    reason: gap.reason,
                    code: gap.code.clone(),
                    detail: gap.detail.clone(),
                })
                .collect(),
        }
    }
}
