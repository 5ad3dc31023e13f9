//! AWS Organizations.

use super::page::{page, token_at};
use super::{Call, Operation};
use crate::organization::{Account, OrganizationalUnit};
use crate::protocol::{Document, Failure, Refusal, Structure};

/// The largest page, and the one that is given where none is asked for.
const PAGE: usize = 20;

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    let organization = call.organization;
    if !organization.in_use {
        return Err(Refusal::new(
            400,
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ));
    }
    if call.operation == Operation::DescribeOrganization {
        return Ok(describe_organization(call));
    }
    // Every other operation is for the management account and delegated administrators.
    if call.caller.account != organization.management {
        return Err(call.refuse(
            Failure::Denied,
            "You don't have permissions to access this resource.",
        ));
    }
    let units = organization.units.iter();
    let accounts = organization.accounts.iter();
    match call.operation {
        Operation::ListRoots => listed(call, "Roots", std::iter::once(root(call))),
        Operation::ListOrganizationalUnitsForParent => {
            let parent = parent(call)?;
            let below = units.filter(|unit| unit.parent == parent);
            listed(
                call,
                "OrganizationalUnits",
                below.map(|unit| unit_document(call, unit)),
            )
        }
        Operation::ListAccountsForParent => {
            let parent = parent(call)?;
            let below = accounts.filter(|account| account.parent == parent);
            listed(
                call,
                "Accounts",
                below.map(|account| account_document(call, account)),
            )
        }
        Operation::ListTagsForResource => list_tags(call),
        _ => listed(
            call,
            "Accounts",
            accounts.map(|account| account_document(call, account)),
        ),
    }
}

/// A page of a list, preceded by an empty one where the organisation asks for that.
fn listed(
    call: &Call<'_>,
    member: &'static str,
    items: impl Iterator<Item = Structure>,
) -> Result<Structure, Refusal> {
    let list = format!(
        "{} {}",
        call.operation.name(),
        call.parameters.text("ParentId").unwrap_or_default()
    );
    let size = match call.parameters.text("MaxResults") {
        None => PAGE,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| (1..=PAGE).contains(size))
            .ok_or_else(|| {
                call.invalid("You provided a value for MaxResults that is out of range.")
            })?,
    };
    let token = call.parameters.text("NextToken");
    if call.organization.empty_pages && token.is_none() {
        return Ok(Structure::new()
            .with(member, Document::list(Vec::<Structure>::new()))
            .with("NextToken", token_at(&list, 0)));
    }
    let page = page(&list, items, token, size)
        .ok_or_else(|| call.invalid("You provided an invalid NextToken."))?;
    Ok(Structure::new()
        .with(member, Document::list(page.items))
        .with_some("NextToken", page.next))
}

fn parent<'a>(call: &Call<'a>) -> Result<&'a str, Refusal> {
    let id = call.required("ParentId")?;
    let organization = call.organization;
    if id == organization.root_id || organization.units.iter().any(|unit| unit.id == id) {
        return Ok(id);
    }
    Err(Refusal::new(
        400,
        "ParentNotFoundException",
        "You specified parent that doesn't exist.",
    ))
}

fn list_tags(call: &Call<'_>) -> Result<Structure, Refusal> {
    let id = call.required("ResourceId")?;
    let organization = call.organization;
    let tags = match organization.account_index(id) {
        Some(account) => organization
            .accounts
            .get(account)
            .map(|account| &account.tags),
        None if id == organization.root_id => None,
        None if organization.units.iter().any(|unit| unit.id == id) => None,
        None => {
            return Err(Refusal::new(
                400,
                "TargetNotFoundException",
                "You specified a target that doesn't exist.",
            ));
        }
    };
    let tags = tags.into_iter().flatten().map(|(key, value)| {
        Structure::new()
            .with("Key", key.as_str())
            .with("Value", value.as_str())
    });
    Ok(Structure::new().with("Tags", Document::list(tags)))
}

fn describe_organization(call: &Call<'_>) -> Structure {
    let id = call.organization.id.as_str();
    let management = call.organization.management_account();
    let email = call
        .organization
        .accounts
        .get(call.organization.management)
        .map(|account| account.email.as_str());
    let organization = Structure::new()
        .with("Id", id)
        .with("Arn", arn(call, "organization", id))
        .with("FeatureSet", "ALL")
        .with(
            "MasterAccountArn",
            arn(call, "account", &format!("{id}/{management}")),
        )
        .with("MasterAccountId", management)
        .with_some("MasterAccountEmail", email)
        .with(
            "AvailablePolicyTypes",
            Document::list(Vec::<Structure>::new()),
        );
    Structure::new().with("Organization", organization)
}

fn root(call: &Call<'_>) -> Structure {
    let organization = call.organization;
    let path = format!("{}/{}", organization.id, organization.root_id);
    Structure::new()
        .with("Id", organization.root_id.as_str())
        .with("Arn", arn(call, "root", &path))
        .with("Name", "Root")
        .with("PolicyTypes", Document::list(Vec::<Structure>::new()))
}

fn unit_document(call: &Call<'_>, unit: &OrganizationalUnit) -> Structure {
    let path = format!("{}/{}", call.organization.id, unit.id);
    Structure::new()
        .with("Id", unit.id.as_str())
        .with("Arn", arn(call, "ou", &path))
        .with("Name", unit.name.as_str())
}

fn account_document(call: &Call<'_>, account: &Account) -> Structure {
    let path = format!("{}/{}", call.organization.id, account.id);
    let is_management = account.id == call.organization.management_account();
    Structure::new()
        .with("Id", account.id.as_str())
        .with("Arn", arn(call, "account", &path))
        .with("Email", account.email.as_str())
        .with("Name", account.name.as_str())
        .with("State", account.state.as_str())
        .with(
            "JoinedMethod",
            if is_management { "INVITED" } else { "CREATED" },
        )
        .with("JoinedTimestamp", account.joined)
}

fn arn(call: &Call<'_>, kind: &str, path: &str) -> String {
    let management = call.organization.management_account();
    format!("arn:aws:organizations::{management}:{kind}/{path}")
}
