//! KMS keys behind KSKs.

use std::collections::BTreeSet;

use super::links::Link;
use super::names::{plain, read, truth, undetermined, unknown};
use super::{Lowering, place};
use crate::iac::declared::{Kept, Key as DeclaredKey, KeyOrigin, Ksk};
use crate::iac::value::{Data, Part};
use crate::inventory::{
    Fact, Key, KeyDeclaration, KeyMetadata, Record, Source, Symbol, SymbolKind, Unknown,
};

/// The days that AWS takes where none are stated (KMS API, `ScheduleKeyDeletion`).
const DEFAULT_WINDOW: i64 = 30;

impl Lowering<'_> {
    /// Every key behind a KSK of a zone that is judged.
    pub(super) fn keys(&self, records: &mut Vec<Record>) {
        let mut seen = BTreeSet::new();
        for (declared, root) in self.roots.iter().zip(0..) {
            for ksk in &declared.ksks {
                let arn = self.key_arn(root, ksk);
                if !seen.insert(arn.clone()) {
                    continue;
                }
                match self.links.key(root, ksk.key.as_ref()) {
                    Link::To(key) => {
                        if let Some((root, key)) = self.key_at(key) {
                            self.key(root, &arn, key, records);
                        }
                    }
                    Link::Elsewhere(_) => {
                        let why = undetermined("the KMS key is declared elsewhere");
                        self.key_elsewhere(root, &arn, ksk, &why, records);
                    }
                    Link::Unresolved(why) => self.key_elsewhere(root, &arn, ksk, &why, records),
                }
            }
        }
    }

    /// The root of a key and the key, by its place in the list of all.
    pub(super) fn key_at(&self, key: usize) -> Option<(usize, &DeclaredKey)> {
        let (root, place) = *self.links.keys.get(key)?;
        Some((root, self.roots.get(root)?.keys.get(place)?))
    }

    /// The ARN of the key behind a KSK, with symbols for what is not known of it.
    pub(super) fn key_arn(&self, root: usize, ksk: &Ksk) -> String {
        match self.links.key(root, ksk.key.as_ref()) {
            Link::To(key) => match self.key_at(key) {
                Some((root, key)) => self.thing(root, &key.resource.address).1,
                None => String::new(),
            },
            Link::Elsewhere(arn) => Symbol::literal(&arn),
            Link::Unresolved(why) => {
                let stated = ksk.key.as_ref().map(|stated| &stated.value);
                match stated {
                    Some(value) if is_partly_an_arn(&value.data) => {
                        self.names.text_or_symbol(root, value)
                    }
                    // Two keys that are not known are not known to be one.
                    _ => unknown(&undetermined(format!(
                        "the KMS key of {}: {}",
                        self.names.qualified(root, &ksk.resource.address),
                        why.detail.unwrap_or_default()
                    ))),
                }
            }
        }
    }

    fn key(&self, root: usize, arn: &str, declared: &DeclaredKey, records: &mut Vec<Record>) {
        let mut source = self.source(root, arn, &declared.resource);
        let policy = self.policy_of(root, declared);
        source
            .places
            .insert("policy".to_owned(), place(policy.place));
        let kept = match &declared.kept {
            Some(Kept::PreventDestroy(value) | Kept::DeletionPolicy(value)) => Some(&value.place),
            None => None,
        };
        let stated = [
            (
                "metadata.key_spec",
                declared.key_spec.as_ref().map(|stated| &stated.place),
            ),
            (
                "metadata.key_usage",
                declared.key_usage.as_ref().map(|stated| &stated.place),
            ),
            (
                "metadata",
                declared.enabled.as_ref().map(|stated| &stated.place),
            ),
            (
                "declaration.deletion_window_in_days",
                declared
                    .deletion_window
                    .as_ref()
                    .map(|stated| &stated.place),
            ),
            ("declaration.kept", kept),
        ];
        for (fact, stated) in stated {
            if let Some(stated) = stated {
                source.places.insert(fact.to_owned(), place(stated));
            }
        }
        let is_looked_up = declared.origin == KeyOrigin::LookedUp;
        records.push(Record::Key(Key {
            arn: arn.to_owned(),
            account: Some(self.names.account(root, &declared.resource.account)),
            region: match region_of_arn(arn) {
                Some(region) => Fact::Known(Some(region)),
                None => self.names.region(&declared.resource.region).map(Some),
            },
            metadata: metadata(declared).map(Some),
            policy: policy.text.map(Some).into(),
            public_key: Fact::unknown(undetermined("the public key is known to AWS alone")),
            declaration: (!is_looked_up).then(|| KeyDeclaration {
                kept: kept_of(declared).into(),
                deletion_window_in_days: read(
                    declared.deletion_window.as_ref(),
                    super::names::integer,
                )
                .map(|days| days.unwrap_or(DEFAULT_WINDOW))
                .into(),
            }),
            collected_at: self.at,
        }));
        records.push(Record::Source(source));
    }

    /// A key of which only a reference is declared.
    fn key_elsewhere(
        &self,
        root: usize,
        arn: &str,
        ksk: &Ksk,
        why: &Unknown,
        records: &mut Vec<Record>,
    ) {
        let mut source = Source {
            address: match arn.starts_with("arn:") {
                true => arn.to_owned(),
                false => format!(
                    "{} key_management_service_arn",
                    self.names.qualified(root, &ksk.resource.address)
                ),
            },
            ..self.source(root, arn, &ksk.resource)
        };
        if let Some(stated) = &ksk.key {
            source.declaration = place(&stated.place);
        }
        records.push(Record::Key(Key {
            arn: arn.to_owned(),
            account: match arn.split(':').nth(4) {
                Some(account) => Some(account.to_owned()),
                None => Some(
                    Symbol::new(
                        SymbolKind::Account,
                        format!("the account of {}", source.address),
                    )
                    .to_string(),
                ),
            },
            region: match region_of_arn(arn) {
                Some(region) => Fact::Known(Some(region)),
                None => Fact::unknown(why.clone()),
            },
            metadata: Fact::unknown(why.clone()),
            policy: Fact::unknown(why.clone()),
            public_key: Fact::unknown(why.clone()),
            declaration: None,
            collected_at: self.at,
        }));
        records.push(Record::Source(source));
    }
}

/// The region of an ARN, where that much of it is known.
fn region_of_arn(arn: &str) -> Option<String> {
    let mut parts = arn.strip_prefix("arn:")?.split(':');
    let region = parts.nth(2)?;
    let known = !region.is_empty() && Symbol::within(region).is_empty();
    known.then(|| region.to_owned())
}

fn is_partly_an_arn(data: &Data) -> bool {
    match data {
        Data::Text(parts) => {
            matches!(parts.first(), Some(Part::Literal(text)) if text.starts_with("arn:"))
        }
        _ => false,
    }
}

/// What `DescribeKey` will say.
fn metadata(declared: &DeclaredKey) -> Fact<KeyMetadata> {
    let open = |why: &str| Fact::unknown(undetermined(why));
    match declared.origin {
        KeyOrigin::Kms => {}
        KeyOrigin::LookedUp => return open("the KMS key is declared elsewhere"),
        KeyOrigin::External => return open("the key material is imported apart from the code"),
        KeyOrigin::Replica => return open("the KMS key is what its primary key is"),
    }
    let known = || -> Result<KeyMetadata, Unknown> {
        let or =
            |stated: Option<String>, default: &str| stated.unwrap_or_else(|| default.to_owned());
        let enabled = read(declared.enabled.as_ref(), truth)?.unwrap_or(true);
        Ok(KeyMetadata {
            key_state: Some(if enabled { "Enabled" } else { "Disabled" }.to_owned()),
            key_spec: Some(or(
                read(declared.key_spec.as_ref(), plain)?,
                "SYMMETRIC_DEFAULT",
            )),
            key_usage: Some(or(
                read(declared.key_usage.as_ref(), plain)?,
                "ENCRYPT_DECRYPT",
            )),
            key_manager: Some("CUSTOMER".to_owned()),
            origin: Some("AWS_KMS".to_owned()),
            multi_region: Some(read(declared.multi_region.as_ref(), truth)?.unwrap_or(false)),
            creation_date: None,
            deletion_date: None,
            valid_to: None,
        })
    };
    known().into()
}

/// Whether the key is kept when its resource is taken away.
fn kept_of(declared: &DeclaredKey) -> Result<bool, Unknown> {
    match &declared.kept {
        None => Ok(false),
        Some(Kept::PreventDestroy(value)) => {
            truth(value).ok_or_else(|| super::names::why_unknown(value))
        }
        Some(Kept::DeletionPolicy(value)) => match value.as_str() {
            Some(policy) => Ok(["Retain", "RetainExceptOnCreate"].contains(&policy)),
            None => Err(super::names::why_unknown(value)),
        },
    }
}
