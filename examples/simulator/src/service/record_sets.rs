//! `ListResourceRecordSets` of Amazon Route 53.

use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt as _};
use domain::rdata::ZoneRecordData;

use super::Call;
use super::route53::{own_zone_place, page_size};
use crate::protocol::{Document, Refusal, Structure};
use crate::record::{self, Content, Data, RecordSet};

/// The largest page, given where none is asked for.
const PAGE: usize = 300;
/// The hosted zone id that aliases to CloudFront distributions have; any would do here.
const ALIAS_ZONE: &str = "Z2FDTNDATAQYW2";

pub(super) fn list(call: &Call<'_>) -> Result<Structure, Refusal> {
    let (place, _) = own_zone_place(call, call.required("Id")?)?;
    let size = page_size(call, "maxitems", PAGE)?;
    let start_type = call.parameters.text("type");
    let start = match (call.parameters.text("name"), start_type) {
        (None, Some(_)) => {
            return Err(call.invalid("The input is not valid: type is given without name."));
        }
        (None, None) => None,
        (Some(name), start_type) => {
            let name = record::from_route53(&name.to_ascii_lowercase())
                .ok_or_else(|| call.invalid(format!("{name} is no domain name.")))?;
            let reversed = reversed(&record::to_route53(&name));
            Some((reversed, start_type.unwrap_or_default().to_owned()))
        }
    };
    let mut sets: Vec<(Order, RecordSet)> = call
        .organization
        .hosted_records(place)
        .into_iter()
        .map(|set| {
            let name = reversed(&record::to_route53(&set.name));
            ((name, set.rtype.to_string()), set)
        })
        .filter(|(order, _)| start.as_ref().is_none_or(|start| order >= start))
        .collect();
    sets.sort_by(|(one, _), (other, _)| one.cmp(other));
    let next = sets.get(size).map(|((_, rtype), set)| {
        let name = record::to_route53(&set.name);
        (name, rtype.clone())
    });
    let listed = sets.iter().take(size).map(|(_, set)| described(call, set));
    let answer = Structure::new()
        .with(
            "ResourceRecordSets",
            Document::list_of("ResourceRecordSet", listed),
        )
        .with("IsTruncated", next.is_some());
    let (name, rtype) = next.unzip();
    Ok(answer
        .with_some("NextRecordName", name)
        .with_some("NextRecordType", rtype)
        .with("MaxItems", size.to_string()))
}

/// What record sets are sorted by: the labels in reverse order, then the type.
type Order = (String, String);

fn reversed(name: &str) -> String {
    let labels: Vec<&str> = name
        .split('.')
        .rev()
        .filter(|label| !label.is_empty())
        .collect();
    format!("{}.", labels.join("."))
}

fn described(call: &Call<'_>, set: &RecordSet) -> Structure {
    let described = Structure::new()
        .with("Name", record::to_route53(&set.name))
        .with("Type", set.rtype.to_string());
    if let Content::Alias { target, .. } = &set.content {
        let target = Structure::new()
            .with("HostedZoneId", ALIAS_ZONE)
            .with("DNSName", record::to_route53(target))
            .with("EvaluateTargetHealth", false);
        return described.with("AliasTarget", target);
    }
    let values = call.organization.data(set).into_iter();
    let values = values.map(|data| Structure::new().with("Value", value(&data)));
    described.with("TTL", i64::from(set.ttl)).with(
        "ResourceRecords",
        Document::list_of("ResourceRecord", values),
    )
}

/// The data of a record as Route 53 writes it: domain names with a final dot.
fn value(data: &Data) -> String {
    match data {
        ZoneRecordData::Ns(ns) => record::to_route53(ns.nsdname()),
        ZoneRecordData::Cname(cname) => record::to_route53(cname.cname()),
        ZoneRecordData::Mx(mx) => {
            format!("{} {}", mx.preference(), record::to_route53(mx.exchange()))
        }
        ZoneRecordData::Soa(soa) => format!(
            "{} {} {} {} {} {} {}",
            record::to_route53(soa.mname()),
            record::to_route53(soa.rname()),
            soa.serial(),
            soa.refresh().as_secs(),
            soa.retry().as_secs(),
            soa.expire().as_secs(),
            soa.minimum().as_secs(),
        ),
        data => data.display_zonefile(DisplayKind::Simple).to_string(),
    }
}
