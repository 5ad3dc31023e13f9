//! The record sets of hosted zones, of those that are wanted for them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use aws_sdk_route53::types as aws;
use aws_sdk_route53::types::RrType;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use super::failure::Failure;
use super::paging::Pages;
use super::route53::ListedZone;
use super::session::Session;
use super::{Context, gap};
use crate::inventory::{
    Collection, Reason, Record, RecordSet, RecordSetScope, RecordSets, Set, Unknown,
};

const OPERATION: &str = "route53:ListResourceRecordSets";

/// Record sets that `ListResourceRecordSets` gives at a time.
const SETS_A_PAGE: i32 = 300;

/// Zones of one account that are read at a time: enough to keep its pace, for the pages of a zone
/// follow each other.
const ZONES_AT_A_TIME: usize = 4;

/// Bytes of record sets that are kept of one zone, as JSON: over 40,000 record sets, four times the
/// default quota of a zone, and half of what one line of a snapshot may hold.
const MOST: usize = 8 << 20;

/// A time to live from which on a rule may ask for a shorter one, in seconds, exclusive.
const LONG_TTL: i64 = 3600;

/// Bytes of values that are kept of a record set of which no rule reads them: they have to fit into
/// a command.
const MOST_OF_A_SET: usize = 4096;

/// Bytes of such values that are kept of one zone.
const MOST_OF_VALUES: usize = 1 << 20;

/// A zone whose record sets may be read.
#[derive(Debug)]
pub(super) struct RecordSetList {
    pub(super) id: String,
    /// The name as `ListHostedZones` gives it.
    pub(super) name: String,
    /// How many record sets there are, as `ListHostedZones` counts them.
    pub(super) count: Option<i64>,
}

impl RecordSetList {
    pub(super) fn of(zone: &ListedZone) -> Self {
        Self {
            id: zone.id.clone(),
            name: zone.name.clone(),
            count: zone.resource_record_set_count,
        }
    }

    fn pages(&self) -> u64 {
        let count = self.count.and_then(|count| u64::try_from(count).ok());
        let a_page = u64::from(SETS_A_PAGE.unsigned_abs());
        count.unwrap_or_default().div_ceil(a_page).max(1)
    }
}

/// The requests that the record sets of these zones take.
pub(super) fn requests<'a>(zones: impl IntoIterator<Item = &'a RecordSetList>) -> u64 {
    zones.into_iter().map(RecordSetList::pages).sum()
}

/// The names of those zones whose record sets are to be read.
///
/// A parent is a zone under whose name another zone lies, however many labels deeper. Names are
/// compared as Route 53 writes them: in lower case, and a dot within a label as an escape.
pub(super) fn wanted<'a>(
    scope: RecordSetScope,
    zones: impl Iterator<Item = &'a RecordSetList>,
) -> HashSet<String> {
    let names: BTreeSet<&str> = zones.map(|zone| zone.name.as_str()).collect();
    let of_all = || names.iter().copied();
    match scope {
        RecordSetScope::Off => HashSet::new(),
        RecordSetScope::All => of_all().map(str::to_owned).collect(),
        RecordSetScope::Parents => of_all()
            .flat_map(ancestors)
            .filter(|ancestor| names.contains(ancestor))
            .map(str::to_owned)
            .collect(),
    }
}

/// The names over a name, nearest first.
fn ancestors<'a>(name: &'a str) -> impl Iterator<Item = &'a str> {
    let over = |(_, over): (&'a str, &'a str)| over;
    std::iter::successors(Some(name), move |name| name.split_once('.').map(over))
        .skip(1)
        .filter(|name| !name.is_empty())
}

/// Reads the record sets of zones of an account; what cannot be read becomes a gap.
pub(super) async fn read(context: &Context, account: &str, zones: &[RecordSetList]) {
    // Their listing came from this session.
    let Some(Ok(session)) = context.sessions.of(account).await else {
        return;
    };
    let session: &Arc<Session> = &session;
    stream::iter(zones)
        .for_each_concurrent(ZONES_AT_A_TIME, |zone| async move {
            let sets = of_zone(session, &zone.id).await;
            for why in sets.gaps() {
                let arn = context.zone_arn(&zone.id);
                let gap = gap(
                    Some(account),
                    Collection::RecordSets,
                    Some(&arn),
                    why.clone(),
                );
                context.record(Record::Gap(gap)).await;
            }
            let read = RecordSets {
                zone: zone.id.clone(),
                account: account.to_owned(),
                sets,
                collected_at: Timestamp::now(),
            };
            context.record(Record::RecordSets(read)).await;
        })
        .await;
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Start {
    name: String,
    record_type: Option<RrType>,
    identifier: Option<String>,
}

async fn of_zone(session: &Session, zone: &str) -> Set<RecordSet> {
    let mut sets = Set::default();
    let mut pages = Pages::new();
    let mut size = 0;
    let mut room = MOST_OF_VALUES;
    while let Some(start) = pages.next() {
        let page = match page(session, zone, start, &mut pages).await {
            Ok(page) => page,
            Err(failure) => {
                sets.add_gap(failure.of(OPERATION));
                break;
            }
        };
        for set in page {
            let set = kept(set, &mut room);
            size += length(&set);
            if size > MOST {
                sets.add_gap(too_many());
                return sets;
            }
            sets.insert(set);
        }
    }
    sets
}

async fn page(
    session: &Session,
    zone: &str,
    start: Option<Start>,
    pages: &mut Pages<Start>,
) -> Result<Vec<aws::ResourceRecordSet>, Failure> {
    let answer = session
        .route53_pace
        .call(OPERATION, || {
            let request = session
                .route53
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .max_items(SETS_A_PAGE);
            let request = match start.clone() {
                Some(start) => request
                    .start_record_name(start.name)
                    .set_start_record_type(start.record_type)
                    .set_start_record_identifier(start.identifier),
                None => request,
            };
            request.send()
        })
        .await?;
    match (answer.is_truncated, answer.next_record_name) {
        (false, _) => {}
        (true, Some(name)) => pages.go_on(Start {
            name,
            record_type: answer.next_record_type,
            identifier: answer.next_record_identifier,
        })?,
        (true, None) => {
            return Err(Failure::new(
                Reason::Malformed,
                "the answer is cut and does not say where it goes on",
            ));
        }
    }
    Ok(answer.resource_record_sets)
}

/// What is kept of a record set; `room` is how many bytes of values that no rule reads may be.
fn kept(set: aws::ResourceRecordSet, room: &mut usize) -> RecordSet {
    let is_read = matches!(set.r#type, RrType::Ns | RrType::Ds | RrType::Soa);
    let is_long = set.ttl.is_some_and(|ttl| ttl > LONG_TTL);
    let is_plain = set.set_identifier.is_none()
        && set.health_check_id.is_none()
        && set.traffic_policy_instance_id.is_none();
    let mut values = set.resource_records.unwrap_or_default();
    if !is_read {
        let length: usize = values.iter().map(|record| record.value.len()).sum();
        match is_long && is_plain && length <= MOST_OF_A_SET.min(*room) {
            true => *room -= length,
            false => values.clear(),
        }
    }
    RecordSet {
        name: set.name,
        record_type: set.r#type.as_str().to_owned(),
        ttl: set.ttl,
        set_identifier: set.set_identifier,
        values: values.into_iter().map(|record| record.value).collect(),
    }
}

/// How long a record set is in a snapshot; a set that cannot be written is longer than any.
fn length(set: &RecordSet) -> usize {
    serde_json::to_vec(set).map_or(MOST, |json| json.len() + 1)
}

fn too_many() -> Unknown {
    Failure::new(
        Reason::NotDetermined,
        format!(
            "the zone holds more than the {} MiB of record sets that are read",
            MOST >> 20
        ),
    )
    .of(OPERATION)
}
