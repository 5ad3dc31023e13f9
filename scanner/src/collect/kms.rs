//! The KMS keys behind KSKs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::arn::Arn;
use super::failure::Failure;
use super::session::Session;
use super::timestamp;
use crate::inventory::{Fact, Key, KeyMetadata, Reason, Unknown};

/// Reads a key through `session`; the policy only where that is the key's own account, for
/// `GetKeyPolicy` cannot be called across accounts (KMS API Reference).
pub(super) async fn read(session: &Session, arn: &str, home_region: &str) -> Key {
    let parts = Arn::parse(arn);
    let region = parts.map_or(home_region, |parts| parts.region);
    let kms = session.kms(region);
    let own = parts.is_none_or(|parts| parts.account == session.account);

    let describe = async {
        match kms
            .pace
            .call("kms:DescribeKey", || {
                kms.client.describe_key().key_id(arn).send()
            })
            .await
        {
            Ok(answer) => answer
                .key_metadata
                .map(|found| Some(metadata(found)))
                .ok_or_else(|| {
                    Failure::new(Reason::Malformed, "the answer held no metadata")
                        .of("kms:DescribeKey")
                }),
            Err(failure) if failure.is("NotFoundException") => Ok(None),
            Err(failure) => Err(failure.of("kms:DescribeKey")),
        }
    };
    let public_key = async {
        match kms
            .pace
            .call("kms:GetPublicKey", || {
                kms.client.get_public_key().key_id(arn).send()
            })
            .await
        {
            Ok(answer) => Ok(answer.public_key.map(|der| STANDARD.encode(der.as_ref()))),
            // A key that is not asymmetric, not enabled or not there has none to give.
            Err(failure) if has_no_public_key(&failure) => Ok(None),
            Err(failure) => Err(failure.of("kms:GetPublicKey")),
        }
    };
    let policy = async {
        if !own {
            return Err(Unknown::because(
                Reason::NotFoundInScope,
                "the key lies in an account that is not in scope, and kms:GetKeyPolicy answers the owner alone",
            ));
        }
        match kms
            .pace
            .call("kms:GetKeyPolicy", || {
                kms.client
                    .get_key_policy()
                    .key_id(arn)
                    .policy_name("default")
                    .send()
            })
            .await
        {
            Ok(answer) => Ok(answer.policy),
            Err(failure) if failure.is("NotFoundException") => Ok(None),
            Err(failure) => Err(failure.of("kms:GetKeyPolicy")),
        }
    };
    // A key that does not exist has neither policy nor public key: no need to ask for them.
    let described: Result<Option<KeyMetadata>, Unknown> = describe.await;
    let (policy, public_key) = match described {
        Ok(None) => (Ok(None), Ok(None)),
        _ => futures_util::future::join(policy, public_key).await,
    };
    Key {
        metadata: described.into(),
        policy: policy.into(),
        public_key: public_key.into(),
        ..unread(arn)
    }
}

/// A key of which nothing could be read.
pub(super) fn unreadable(arn: &str, why: &Unknown) -> Key {
    Key {
        metadata: Fact::unknown(why.clone()),
        policy: Fact::unknown(why.clone()),
        public_key: Fact::unknown(why.clone()),
        ..unread(arn)
    }
}

fn unread(arn: &str) -> Key {
    let parts = Arn::parse(arn);
    Key {
        arn: arn.to_owned(),
        account: parts.map(|parts| parts.account.to_owned()),
        region: Fact::Known(parts.map(|parts| parts.region.to_owned())),
        metadata: Fact::Known(None),
        policy: Fact::Known(None),
        public_key: Fact::Known(None),
        declaration: None,
        collected_at: Timestamp::now(),
    }
}

fn has_no_public_key(failure: &Failure) -> bool {
    [
        "NotFoundException",
        "DisabledException",
        "KMSInvalidStateException",
        "UnsupportedOperationException",
        "InvalidKeyUsageException",
    ]
    .iter()
    .any(|code| failure.is(code))
}

fn metadata(found: aws_sdk_kms::types::KeyMetadata) -> KeyMetadata {
    KeyMetadata {
        key_state: found.key_state.map(|value| value.as_str().to_owned()),
        key_spec: found.key_spec.map(|value| value.as_str().to_owned()),
        key_usage: found.key_usage.map(|value| value.as_str().to_owned()),
        key_manager: found.key_manager.map(|value| value.as_str().to_owned()),
        origin: found.origin.map(|value| value.as_str().to_owned()),
        multi_region: found.multi_region,
        creation_date: timestamp(found.creation_date),
        deletion_date: timestamp(found.deletion_date),
        valid_to: timestamp(found.valid_to),
    }
}
