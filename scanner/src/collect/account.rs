//! Reading one account: its hosted zones, the keys behind their KSKs, its alarms and their topics,
//! its registered domains, and its VPCs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::{join, join_all, join4};
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::arn::Arn;
use super::paging::Pages;
use super::record_sets::RecordSetList;
use super::registrations::ListedDomain;
use super::route53::{self, ListedZone, TAGS_AT_A_TIME, ZONES_A_PAGE};
use super::session::Session;
use super::{Context, cloudwatch, gap, kms, logs, registrations, sns, vpcs};
use crate::inventory::{
    Account, AccountRead, Collection, Dnssec, Fact, Ksk, LogGroup, Part, QueryLog, Reason, Record,
    RecordSetScope, Reference, Set, Tags, Unknown, Zone, delegation_set_unread,
};

/// How many regions of an account are read at a time.
const REGIONS_AT_A_TIME: usize = 4;

/// What the listing of an account's zones leaves behind.
#[derive(Debug, Default)]
pub(super) struct Listed {
    public: u64,
    private: u64,
    /// The requests to Route 53 that reading the account took, record sets left out.
    pub(super) requests: u64,
    /// The public zones, where record sets are wanted of any.
    pub(super) zones: Vec<RecordSetList>,
}

/// Reads an account to its end, but for record sets; what cannot be read becomes a gap.
pub(super) async fn read(
    context: &Context,
    account: &Account,
    tags: impl Future<Output = Fact<Tags>>,
) -> Listed {
    let (tags, listed) = join(tags, read_items(context, account)).await;
    let read = AccountRead {
        id: account.id.clone(),
        tags,
        public_zones: listed.public,
        private_zones: listed.private,
    };
    context.record(Record::AccountRead(read)).await;
    context.progress.account_read();
    listed
}

async fn read_items(context: &Context, account: &Account) -> Listed {
    match context.sessions.of(&account.id).await {
        Some(Ok(session)) => {
            let reader = Reader {
                context,
                account,
                session: &session,
                query_logs: OnceCell::new(),
            };
            let (alarms, registrations) = (reader.alarms(), reader.registrations());
            let zones = reader.zones();
            let (listed, ..) = join4(zones, alarms, registrations, reader.vpcs()).await;
            listed
        }
        Some(Err(why)) => {
            context.progress.listed(0, 0, context.caller.share);
            let gap = gap(Some(&account.id), Collection::Account, None, why);
            context.record(Record::Gap(gap)).await;
            Listed::default()
        }
        None => Listed::default(),
    }
}

struct Reader<'a> {
    context: &'a Context,
    account: &'a Account,
    session: &'a Arc<Session>,
    /// Listed once for the account, by the first zone that is read.
    query_logs: OnceCell<Result<HashMap<String, Vec<QueryLog>>, Unknown>>,
}

/// The listing of the zones, cut into batches of the size in which tags are read.
struct Listing {
    pages: Pages,
    waiting: Vec<ListedZone>,
    ended: bool,
    listed: Listed,
}

impl Listing {
    fn add(&mut self, zones: Vec<ListedZone>, record_sets: RecordSetScope) {
        let (private, public): (Vec<_>, Vec<_>) = zones.into_iter().partition(|zone| zone.private);
        self.listed.private += private.len() as u64;
        self.listed.public += public.len() as u64;
        if record_sets != RecordSetScope::Off {
            self.listed
                .zones
                .extend(public.iter().map(RecordSetList::of));
        }
        self.waiting.extend(public);
    }
}

impl Reader<'_> {
    /// Reads the public zones; gives what was listed.
    async fn zones(&self) -> Listed {
        let mut listing = Listing {
            pages: Pages::new(),
            waiting: Vec::new(),
            ended: false,
            listed: Listed::default(),
        };
        stream::unfold(&mut listing, |listing| async {
            let batch = self.next_batch(listing).await?;
            Some((batch, listing))
        })
        .for_each_concurrent(None, |batch| self.batch(batch))
        .await;
        listing.listed
    }

    /// The next zones to read; listing goes on only when too few wait.
    async fn next_batch(&self, listing: &mut Listing) -> Option<Vec<ListedZone>> {
        while !listing.ended && listing.waiting.len() < TAGS_AT_A_TIME {
            match route53::list_zones(self.session, &mut listing.pages).await {
                Some(Ok(zones)) => listing.add(zones, self.context.record_sets),
                Some(Err(why)) => {
                    self.gap(Collection::Zones, None, why).await;
                    listing.ended = true;
                }
                None => listing.ended = true,
            }
            if listing.ended {
                let listed = &mut listing.listed;
                let delegation_sets = self.context.delegation_sets;
                listed.requests = requests(listed.public, listed.private, delegation_sets);
                let share = self.context.caller.share;
                let progress = &self.context.progress;
                progress.listed(listed.public, listed.requests, share);
            }
        }
        let size = listing.waiting.len().min(TAGS_AT_A_TIME);
        (size > 0).then(|| listing.waiting.drain(..size).collect())
    }

    async fn batch(&self, zones: Vec<ListedZone>) {
        let ids: Vec<String> = zones.iter().map(|zone| zone.id.clone()).collect();
        let (tags, facts) = join(
            self.tags(&ids),
            join_all(
                ids.iter()
                    .map(|id| join(self.dnssec(id), self.delegation_set(id))),
            ),
        )
        .await;
        let query_logs = self.query_logs().await;
        for (zone, ((dnssec, ksks), delegation_set)) in zones.into_iter().zip(facts) {
            let arn = self.context.zone_arn(&zone.id);
            let query_logs = match &query_logs {
                Ok(logs) => Set::complete(logs.get(&zone.id).cloned().unwrap_or_default()),
                Err(why) => Set::unread(why.clone()),
            };
            join_all((query_logs.items()).map(|log| {
                let arn = LogGroup::arn_of(&log.cloud_watch_logs_log_group_arn);
                self.log_group(arn)
            }))
            .await;
            let tags = match &tags {
                Ok(tags) => match tags.get(&zone.id) {
                    Some(tags) => Fact::Known(tags.clone()),
                    None => {
                        let why = route53::tags_not_in_the_answer();
                        self.gap(Collection::Tags, Some(&arn), why.clone()).await;
                        Fact::unknown(why)
                    }
                },
                Err(why) => Fact::unknown(why.clone()),
            };
            let zone = Zone {
                arn,
                id: zone.id,
                account: self.account.id.clone(),
                name: zone.name,
                comment: zone.comment,
                resource_record_set_count: zone.resource_record_set_count,
                linked_service: zone.linked_service,
                tags,
                delegation_set,
                dnssec,
                ksks,
                query_logs,
                declaration: None,
                collected_at: Timestamp::now(),
            };
            self.context.record(Record::Zone(zone)).await;
            self.context.progress.zone_read();
        }
    }

    async fn dnssec(&self, zone: &str) -> (Fact<Dnssec>, Set<Ksk>) {
        if !self.context.caller.signing_is_offered() {
            let why = Unknown::because(
                Reason::NotDetermined,
                "Route 53 does not offer DNSSEC signing in this partition",
            );
            return (Fact::unknown(why.clone()), Set::unread(why));
        }
        match route53::dnssec(self.session, zone).await {
            Ok((dnssec, ksks)) => {
                let keys = ksks
                    .iter()
                    .filter_map(|ksk| ksk.key.as_ref())
                    .map(Reference::target);
                join_all(keys.map(|key| self.key(key))).await;
                (Fact::Known(dnssec), Set::complete(ksks))
            }
            Err(why) => {
                let arn = self.context.zone_arn(zone);
                self.gap(Collection::Dnssec, Some(&arn), why.clone()).await;
                (Fact::unknown(why.clone()), Set::unread(why))
            }
        }
    }

    async fn delegation_set(&self, zone: &str) -> Fact<Vec<String>> {
        if !self.context.delegation_sets {
            return delegation_set_unread();
        }
        let set = route53::delegation_set(self.session, zone).await;
        if let Err(why) = &set {
            let arn = self.context.zone_arn(zone);
            self.gap(Collection::DelegationSets, Some(&arn), why.clone())
                .await;
        }
        set.into()
    }

    async fn tags(&self, zones: &[String]) -> Result<HashMap<String, Tags>, Unknown> {
        if !self.account.selected {
            return Err(not_selected());
        }
        let tags = route53::tags(self.session, zones).await;
        if let Err(why) = &tags {
            self.gap(Collection::Tags, None, why.clone()).await;
        }
        tags
    }

    async fn query_logs(&self) -> &Result<HashMap<String, Vec<QueryLog>>, Unknown> {
        self.query_logs
            .get_or_init(|| async {
                if !self.account.selected {
                    return Err(not_selected());
                }
                let logs = route53::query_logs(self.session).await;
                if let Err(why) = &logs {
                    self.gap(Collection::QueryLogs, None, why.clone()).await;
                }
                logs
            })
            .await
    }

    /// Reads a log group and the resource policies beside it, where a rule needs them and no other
    /// zone of the organisation led to them before.
    async fn log_group(&self, arn: &str) {
        if !self.context.parts.contains(&Part::LogGroups) || !self.context.log_groups.is_new(arn) {
            return;
        }
        let home_region = &self.context.caller.home_region;
        let parts = Arn::parse(arn);
        let owner = parts.map_or(self.account.id.as_str(), |parts| parts.account);
        let region = parts.map_or(home_region.as_str(), |parts| parts.region);
        let session = match self.context.sessions.of(owner).await {
            Some(Ok(session)) => session,
            Some(Err(why)) => return self.unread_log_group(arn, &why).await,
            None => {
                let why = "the log group lies in an account that is not in scope";
                let why = Unknown::because(Reason::NotFoundInScope, why);
                return self.unread_log_group(arn, &why).await;
            }
        };
        let (group, ()) = join(
            logs::group(&session, arn, home_region),
            self.log_policies(&session, region),
        )
        .await;
        if let Some(why) = group.attributes.why_unknown() {
            let gap = gap(Some(owner), Collection::LogGroups, Some(arn), why.clone());
            self.context.record(Record::Gap(gap)).await;
        }
        self.context.record(Record::LogGroup(group)).await;
    }

    async fn unread_log_group(&self, arn: &str, why: &Unknown) {
        let group = logs::unreadable(arn, why);
        self.context.record(Record::LogGroup(group)).await;
    }

    async fn log_policies(&self, session: &Session, region: &str) {
        let owner = session.account.as_str();
        if !self
            .context
            .log_policies
            .is_new(&format!("{owner} {region}"))
        {
            return;
        }
        let policies = logs::policies(session, region).await;
        for why in policies.policies.gaps() {
            let gap = gap(Some(owner), Collection::LogPolicies, None, why.clone());
            self.context.record(Record::Gap(gap)).await;
        }
        self.context.record(Record::LogPolicies(policies)).await;
    }

    /// Reads a key, unless another KSK of the organisation led to it before.
    async fn key(&self, arn: &str) {
        if !self.context.keys.is_new(arn) {
            return;
        }
        let owner = Arn::parse(arn).map_or(self.account.id.as_str(), |parts| parts.account);
        let key = match self.context.sessions.of(owner).await {
            Some(Ok(session)) => kms::read(&session, arn, &self.context.caller.home_region).await,
            Some(Err(why)) => kms::unreadable(arn, &why),
            // Of a key outside the scope, what its policy shows to the zone's account.
            None => kms::read(self.session, arn, &self.context.caller.home_region).await,
        };
        let facts = [
            key.metadata.why_unknown(),
            key.policy.why_unknown(),
            key.public_key.why_unknown(),
        ];
        for why in facts.into_iter().flatten() {
            // An account that cannot be entered, or is not in scope, is no gap of the key's own.
            let own = why
                .operation
                .as_deref()
                .is_some_and(|name| name.starts_with("kms:"));
            if own {
                let gap = gap(Some(owner), Collection::Keys, Some(arn), why.clone());
                self.context.record(Record::Gap(gap)).await;
            }
        }
        self.context.record(Record::Key(key)).await;
    }

    async fn alarms(&self) {
        let region = &self.context.caller.home_region;
        let alarms = match cloudwatch::alarms(self.session, &self.context.sessions, region).await {
            Ok(alarms) => alarms,
            Err(why) => return self.gap(Collection::Alarms, None, why).await,
        };
        let topics: BTreeSet<&str> = alarms
            .iter()
            .flat_map(|alarm| alarm.alarm_actions.items())
            .filter_map(|action| match action {
                Reference::Item(topic) => Some(topic.as_str()),
                Reference::External(_) => None,
            })
            .collect();
        join_all(topics.into_iter().map(|topic| self.topic(topic))).await;
        for alarm in alarms {
            self.context.record(Record::Alarm(alarm)).await;
        }
    }

    /// Reads a topic, unless another alarm of the organisation led to it before.
    async fn topic(&self, arn: &str) {
        if !self.context.topics.is_new(arn) {
            return;
        }
        let owner = Arn::parse(arn).map_or(self.account.id.as_str(), |parts| parts.account);
        let topic = match self.context.sessions.of(owner).await {
            Some(Ok(session)) => sns::read(&session, arn, &self.context.caller.home_region).await,
            Some(Err(why)) => sns::unreadable(arn, &why),
            None => return,
        };
        if let Some(why) = topic.attributes.why_unknown() {
            let own = why
                .operation
                .as_deref()
                .is_some_and(|name| name.starts_with("sns:"));
            if own {
                let gap = gap(Some(owner), Collection::Topics, Some(arn), why.clone());
                self.context.record(Record::Gap(gap)).await;
            }
        }
        self.context.record(Record::Topic(topic)).await;
    }

    /// Reads the registered domains, where a rule needs them: one that is not judged bears on no
    /// other.
    async fn registrations(&self) {
        if !self.context.parts.contains(&Part::Registrations) || !self.account.selected {
            return;
        }
        let (listed, torn) = registrations::list(self.session).await;
        if let Some(why) = torn {
            self.gap(Collection::Registrations, None, why).await;
        }
        join_all(listed.into_iter().map(|domain| self.registration(domain))).await;
    }

    async fn registration(&self, domain: ListedDomain) {
        let (registration, why) = registrations::read(self.session, domain).await;
        if let Some(why) = why {
            let subject = Some(registration.id.as_str());
            self.gap(Collection::Registrations, subject, why).await;
        }
        self.context
            .record(Record::Registration(registration))
            .await;
    }

    /// Reads the VPCs of every region that is enabled, where a rule needs them: those that are not
    /// judged bear on no others.
    async fn vpcs(&self) {
        if !self.context.parts.contains(&Part::Vpcs) || !self.account.selected {
            return;
        }
        let regions = vpcs::regions(self.session, &self.context.caller.home_region).await;
        match regions {
            Ok(regions) => {
                stream::iter(regions)
                    .for_each_concurrent(REGIONS_AT_A_TIME, |region| self.vpcs_of(region))
                    .await;
            }
            Err(why) => self.gap(Collection::Vpcs, None, why).await,
        }
    }

    async fn vpcs_of(&self, region: String) {
        let partition = &self.context.caller.partition;
        let (vpcs, failures) = vpcs::read(self.session, partition, &region).await;
        for why in failures {
            self.gap(Collection::Vpcs, Some(&region), why).await;
        }
        self.context.record(Record::Vpcs(vpcs)).await;
    }

    async fn gap(&self, collection: Collection, subject: Option<&str>, why: Unknown) {
        let gap = gap(Some(&self.account.id), collection, subject, why);
        self.context.record(Record::Gap(gap)).await;
    }
}

/// The requests to Route 53 that an account with so many zones needs, record sets left out.
pub(super) fn requests(public: u64, private: u64, delegation_sets: bool) -> u64 {
    let pages = (public + private).div_ceil(ZONES_A_PAGE as u64).max(1);
    let query_logs = public.div_ceil(100);
    let of_each = 1 + u64::from(delegation_sets);
    pages + of_each * public + public.div_ceil(TAGS_AT_A_TIME as u64) + query_logs
}

fn not_selected() -> Unknown {
    Unknown::because(
        Reason::NotDetermined,
        "not read, for the account is not selected",
    )
}
