//! AWS Key Management Service.

use super::{Call, Operation};
use crate::organization::{Key, allows_account};
use crate::protocol::{Document, Failure, Refusal, Structure};

/// The only name that a key policy has.
const POLICY_NAME: &str = "default";

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    let (account, key) = key(call)?;
    match call.operation {
        Operation::GetPublicKey => get_public_key(call, key),
        Operation::GetKeyPolicy => get_key_policy(call, key),
        _ => {
            let owner = call.organization.accounts.get(account);
            let owner = owner.map_or("", |account| account.id.as_str());
            Ok(Structure::new().with("KeyMetadata", metadata(owner, key)))
        }
    }
}

/// The key that the call names, if the caller may use it for the call.
fn key<'a>(call: &Call<'a>) -> Result<(usize, &'a Key), Refusal> {
    let named = call.required("KeyId")?;
    let own = &call.caller_account()?.id;
    let arn = if named.starts_with("arn:") {
        named.to_owned()
    } else {
        format!("arn:aws:kms:{}:{own}:key/{named}", call.region)
    };
    let mut parts = arn.split(':').skip(3);
    let (region, owner) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    if region != call.region {
        return Err(not_found(format!("Invalid arn {region}")));
    }
    let found = call.organization.key(&arn).filter(|(_, key)| key.exists);
    if owner == own {
        return found.ok_or_else(|| not_found(format!("Key '{arn}' does not exist")));
    }
    // GetKeyPolicy is for the key's own account only, whatever the policy says.
    let crosses_accounts = call.operation != Operation::GetKeyPolicy;
    found
        .filter(|(_, key)| {
            crosses_accounts && allows_account(&key.policy, own, call.operation.iam_name())
        })
        .ok_or_else(|| {
            call.denied(
                Some(&arn),
                " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
            )
        })
}

fn not_found(message: String) -> Refusal {
    Refusal::new(400, "NotFoundException", message)
}

fn metadata(owner: &str, key: &Key) -> Structure {
    let signs = key.usage == "SIGN_VERIFY" && key.spec == "ECC_NIST_P256";
    let multi_region = key.multi_region.then(|| {
        let primary = Structure::new()
            .with("Arn", key.arn.as_str())
            .with("Region", key.region.as_str());
        Structure::new()
            .with("MultiRegionKeyType", "PRIMARY")
            .with("PrimaryKey", primary)
            .with("ReplicaKeys", Document::list(Vec::<Structure>::new()))
    });
    Structure::new()
        .with("AWSAccountId", owner)
        .with("KeyId", key.id.as_str())
        .with("Arn", key.arn.as_str())
        .with("CreationDate", key.created)
        .with("Enabled", key.state == "Enabled")
        .with("Description", key.description.as_str())
        .with("KeyUsage", key.usage.as_str())
        .with("KeyState", key.state.as_str())
        .with_some("DeletionDate", key.deletion)
        .with_some("ValidTo", key.valid_to)
        .with("Origin", key.origin.as_str())
        .with_some(
            "ExpirationModel",
            key.valid_to.map(|_| "KEY_MATERIAL_EXPIRES"),
        )
        .with("KeyManager", key.manager.as_str())
        .with("CustomerMasterKeySpec", key.spec.as_str())
        .with("KeySpec", key.spec.as_str())
        .with_some(
            "SigningAlgorithms",
            signs.then(|| Document::list(["ECDSA_SHA_256"])),
        )
        .with("MultiRegion", key.multi_region)
        .with_some("MultiRegionConfiguration", multi_region)
}

/// Key states refuse it as the KMS Developer Guide's page `key-state` says.
fn get_public_key(call: &Call<'_>, key: &Key) -> Result<Structure, Refusal> {
    let arn = key.arn.as_str();
    let invalid_state = |state: &str| {
        Refusal::new(
            400,
            "KMSInvalidStateException",
            format!("{arn} is {state}."),
        )
    };
    match key.state.as_str() {
        "Enabled" | "Updating" => {}
        "Disabled" => {
            return Err(Refusal::new(
                400,
                "DisabledException",
                format!("{arn} is disabled."),
            ));
        }
        "PendingDeletion" => return Err(invalid_state("pending deletion")),
        "PendingReplicaDeletion" => return Err(invalid_state("pending replica deletion")),
        "PendingImport" => return Err(invalid_state("pending import")),
        "Creating" => return Err(invalid_state("creating")),
        _ => return Err(invalid_state("unavailable")),
    }
    if key.spec != "ECC_NIST_P256" {
        return Err(Refusal::new(
            400,
            "UnsupportedOperationException",
            format!(
                "{arn} has key spec {}, of which the simulator has no public key.",
                key.spec
            ),
        ));
    }
    let public_key = call.organization.public_key(key);
    Ok(Structure::new()
        .with("KeyId", arn)
        .with("PublicKey", Document::Blob(public_key.spki().to_vec()))
        .with("CustomerMasterKeySpec", key.spec.as_str())
        .with("KeySpec", key.spec.as_str())
        .with("KeyUsage", key.usage.as_str())
        .with("SigningAlgorithms", Document::list(["ECDSA_SHA_256"])))
}

fn get_key_policy(call: &Call<'_>, key: &Key) -> Result<Structure, Refusal> {
    match call.parameters.text("PolicyName") {
        None | Some(POLICY_NAME) => Ok(Structure::new()
            .with("Policy", key.policy.as_str())
            .with("PolicyName", POLICY_NAME)),
        Some(name) => Err(call.refuse(
            Failure::InvalidParameter,
            format!("There is no key policy named {name}; the only one is {POLICY_NAME}."),
        )),
    }
}
