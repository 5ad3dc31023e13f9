//! The record sets that the file states for a zone.

use super::table::RecordTable;
use crate::error::Error;
use crate::record::{self, Content, Name, RecordSet};

/// A record set that the file states for a zone.
pub(super) fn record_set(zone: &str, table: &RecordTable) -> Result<RecordSet, Error> {
    let wrong = |what: String| {
        Error::contradiction(
            format!("a record of the zone {zone} has {what}"),
            "write it as in a zone file",
        )
    };
    let apex = record::from_route53(zone).ok_or_else(|| wrong("a zone without name".to_owned()))?;
    let name = match table.name.as_str() {
        "@" => Some(apex.clone()),
        absolute if absolute.ends_with('.') => record::from_route53(absolute),
        relative => record::from_route53(&format!("{relative}.{zone}")),
    }
    .filter(|name: &Name| name.ends_with(&apex))
    .ok_or_else(|| wrong(format!("the name {:?}, which is not in it", table.name)))?;
    let rtype = table
        .rtype
        .parse()
        .map_err(|_| wrong(format!("the type {:?}, which does not exist", table.rtype)))?;
    let mut set = RecordSet::parse(&apex, name, rtype, table.ttl, &table.values)?;
    if let Some(alias) = &table.alias {
        let target = record::from_route53(alias)
            .ok_or_else(|| wrong(format!("the alias {alias:?}, which is no name")))?;
        let Content::Records(resolved) = set.content else {
            return Ok(set);
        };
        set.content = Content::Alias { target, resolved };
    }
    Ok(set)
}
