//! Amazon Route 53.

use super::page::page;
use super::{Call, Operation, record_sets};
use crate::dnssec::{ALGORITHM, DIGEST_TYPE, FLAGS};
use crate::organization::{Ksk, Zone, ZonePlace};
use crate::protocol::{Document, Refusal, Structure};

/// The largest page of zones and query logging configurations, given where none is asked for.
const PAGE: usize = 100;
/// How many resources one `ListTagsForResources` may name.
const TAGGED_RESOURCES: usize = 10;

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    match call.operation {
        Operation::GetHostedZone => get_hosted_zone(call),
        Operation::GetHostedZoneCount => get_hosted_zone_count(call),
        Operation::GetDnssec => get_dnssec(call),
        Operation::ListResourceRecordSets => record_sets::list(call),
        Operation::ListTagsForResources => list_tags(call),
        Operation::ListQueryLoggingConfigs => list_query_logging_configs(call),
        _ => list_hosted_zones(call),
    }
}

fn list_hosted_zones(call: &Call<'_>) -> Result<Structure, Refusal> {
    let size = page_size(call, "maxitems", PAGE)?;
    let marker = call.parameters.text("marker");
    let private_only = match call.parameters.text("hostedzonetype") {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(call.invalid(format!("{other} is no hosted zone type."))),
    };
    let zones = &call.caller_account()?.zones;
    let mut rest = zones
        .iter()
        .filter(|zone| zone.private || !private_only)
        .peekable();
    if let Some(marker) = marker {
        while rest.next_if(|zone| zone.id != marker).is_some() {}
        if rest.peek().is_none() {
            return Err(call.invalid(format!("The specified marker {marker} is not valid.")));
        }
    }
    let listed: Vec<Document> = rest
        .by_ref()
        .take(size)
        .map(|zone| hosted_zone(call, zone).into())
        .collect();
    let next = rest.peek().map(|zone| zone.id.as_str());
    Ok(Structure::new()
        .with("HostedZones", Document::list_of("HostedZone", listed))
        .with_some("Marker", marker)
        .with("IsTruncated", next.is_some())
        .with_some("NextMarker", next)
        .with("MaxItems", size.to_string()))
}

fn get_hosted_zone_count(call: &Call<'_>) -> Result<Structure, Refusal> {
    let zones = call.caller_account()?.zones.len();
    Ok(Structure::new().with("HostedZoneCount", zones.to_string()))
}

fn get_hosted_zone(call: &Call<'_>) -> Result<Structure, Refusal> {
    let zone = own_zone(call, call.required("Id")?)?;
    let answer = Structure::new().with("HostedZone", hosted_zone(call, zone));
    if zone.private {
        let vpc = Structure::new().with("VPCRegion", call.region).with(
            "VPCId",
            format!(
                "vpc-{:017x}",
                call.organization
                    .identifiers
                    .number(&["vpc", &zone.id], u64::MAX)
            ),
        );
        return Ok(answer.with("VPCs", Document::list_of("VPC", [vpc])));
    }
    let servers = Document::list_of("NameServer", zone.name_servers.iter());
    Ok(answer.with(
        "DelegationSet",
        Structure::new().with("NameServers", servers),
    ))
}

fn get_dnssec(call: &Call<'_>) -> Result<Structure, Refusal> {
    let zone = own_zone(call, call.required("Id")?)?;
    if zone.private {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            "DNSSEC is not supported for private hosted zones.",
        ));
    }
    let status = Structure::new()
        .with("ServeSignature", zone.serve_signature.as_str())
        .with_some("StatusMessage", zone.status_message.as_deref());
    let ksks = zone
        .ksks
        .iter()
        .map(|ksk| key_signing_key(call, zone, ksk))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Structure::new()
        .with("Status", status)
        .with("KeySigningKeys", Document::list(ksks)))
}

fn list_tags(call: &Call<'_>) -> Result<Structure, Refusal> {
    let kind = call.required("ResourceType")?;
    if kind != "hostedzone" {
        return Err(call.invalid(format!("The resource type {kind} is not simulated.")));
    }
    let ids = call.parameters.list("ResourceId");
    if !(1..=TAGGED_RESOURCES).contains(&ids.len()) {
        return Err(call.invalid(format!(
            "1 validation error detected: Value '[{}]' at 'resourceIds' failed to satisfy constraint: Member must have length between 1 and {TAGGED_RESOURCES}, inclusive",
            ids.join(", ")
        )));
    }
    let sets = ids
        .iter()
        .map(|id| {
            let zone = own_zone(call, id)?;
            let tags = zone.tags.iter().map(|(key, value)| {
                Structure::new()
                    .with("Key", key.as_str())
                    .with("Value", value.as_str())
            });
            Ok(Structure::new()
                .with("ResourceType", kind)
                .with("ResourceId", zone.id.as_str())
                .with("Tags", Document::list_of("Tag", tags)))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Structure::new().with("ResourceTagSets", Document::list_of("ResourceTagSet", sets)))
}

fn list_query_logging_configs(call: &Call<'_>) -> Result<Structure, Refusal> {
    let zone = call.parameters.text("hostedzoneid");
    if let Some(id) = zone {
        own_zone(call, id)?;
    }
    let configs = call
        .caller_account()?
        .zones
        .iter()
        .filter(|candidate| zone.is_none_or(|id| candidate.id == id))
        .filter_map(|zone| {
            let log = zone.query_log.as_ref()?;
            Some(
                Structure::new()
                    .with("Id", log.id.as_str())
                    .with("HostedZoneId", zone.id.as_str())
                    .with("CloudWatchLogsLogGroupArn", log.log_group_arn.as_str()),
            )
        });
    let token = call.parameters.text("nexttoken");
    let page = page(
        "query logging configurations",
        configs,
        token,
        page_size(call, "maxresults", PAGE)?,
    )
    .ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidPaginationToken",
            "The value that you specified to get the second or subsequent page of results is invalid.",
        )
    })?;
    Ok(Structure::new()
        .with(
            "QueryLoggingConfigs",
            Document::list_of("QueryLoggingConfig", page.items),
        )
        .with_some("NextToken", page.next))
}

/// The size of a page that is asked for; more than the largest page gives the largest page.
pub(super) fn page_size(call: &Call<'_>, name: &str, largest: usize) -> Result<usize, Refusal> {
    match call.parameters.text(name) {
        None => Ok(largest),
        Some(written) => written
            .parse::<usize>()
            .ok()
            .filter(|size| *size > 0)
            .map(|size| size.min(largest))
            .ok_or_else(|| call.invalid(format!("{written} is not valid for {name}."))),
    }
}

fn own_zone<'a>(call: &Call<'a>, id: &str) -> Result<&'a Zone, Refusal> {
    own_zone_place(call, id).map(|(_, zone)| zone)
}

/// A hosted zone of the caller's account, with its place.
pub(super) fn own_zone_place<'a>(
    call: &Call<'a>,
    id: &str,
) -> Result<(ZonePlace, &'a Zone), Refusal> {
    match call.organization.zone(id) {
        Some((place, zone)) if place.account == call.caller.account => Ok((place, zone)),
        Some(_) => Err(call.denied(
            Some(&format!("arn:aws:route53:::hostedzone/{id}")),
            " because no resource-based policy allows it",
        )),
        None => Err(Refusal::new(
            404,
            "NoSuchHostedZone",
            format!("No hosted zone found with ID: {id}"),
        )),
    }
}

fn hosted_zone(call: &Call<'_>, zone: &Zone) -> Structure {
    let config = zone.configured.then(|| {
        Structure::new()
            .with_some("Comment", zone.comment.as_deref())
            .with("PrivateZone", zone.private)
    });
    let service = zone.linked_service.as_ref().map(|service| {
        Structure::new()
            .with("ServicePrincipal", service.service_principal.as_str())
            .with("Description", service.description.as_str())
    });
    Structure::new()
        .with("Id", format!("/hostedzone/{}", zone.id))
        .with("Name", zone.name.as_str())
        .with(
            "CallerReference",
            call.organization
                .identifiers
                .uuid(&["caller reference", &zone.id]),
        )
        .with_some("Config", config)
        .with("ResourceRecordSetCount", zone.record_sets)
        .with_some("LinkedService", service)
}

fn key_signing_key(call: &Call<'_>, zone: &Zone, ksk: &Ksk) -> Result<Structure, Refusal> {
    let (_, key) = call
        .organization
        .key(&ksk.recorded_key)
        .ok_or_else(|| call.refuse(crate::protocol::Failure::Internal, "There is no such key."))?;
    let public_key = call.organization.public_key(key);
    Ok(Structure::new()
        .with("Name", ksk.name.as_str())
        .with("KmsArn", ksk.kms_arn.as_str())
        .with("Flag", i64::from(FLAGS))
        .with("SigningAlgorithmMnemonic", "ECDSAP256SHA256")
        .with("SigningAlgorithmType", i64::from(ALGORITHM))
        .with("DigestAlgorithmMnemonic", "SHA-256")
        .with("DigestAlgorithmType", i64::from(DIGEST_TYPE))
        .with("KeyTag", i64::from(public_key.key_tag()))
        .with("DigestValue", public_key.ds_digest(&zone.name))
        .with("PublicKey", public_key.to_base64())
        .with("DSRecord", public_key.ds_record(&zone.name))
        .with("DNSKEYRecord", public_key.dnskey_record())
        .with("Status", ksk.status.as_str())
        .with_some("StatusMessage", ksk.status_message.as_deref())
        .with("CreatedDate", ksk.created)
        .with("LastModifiedDate", ksk.modified))
}
