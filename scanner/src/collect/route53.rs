//! Hosted zones, their signing, tags and query logging, from Route 53.

use std::collections::HashMap;

use aws_sdk_route53::types as aws;
use aws_sdk_route53::types::TagResourceType;

use super::failure::Failure;
use super::paging::Pages;
use super::session::Session;
use super::timestamp;
use crate::inventory::{Dnssec, Ksk, LinkedService, QueryLog, Reason, Reference, Tags, Unknown};

/// `ListTagsForResources` takes no more at a time.
pub(super) const TAGS_AT_A_TIME: usize = 10;

/// Zones that `ListHostedZones` gives at a time.
pub(super) const ZONES_A_PAGE: i32 = 100;

/// A hosted zone as `ListHostedZones` gives it.
#[derive(Debug)]
pub(super) struct ListedZone {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) comment: Option<String>,
    pub(super) resource_record_set_count: Option<i64>,
    pub(super) linked_service: Option<LinkedService>,
}

/// The next page of hosted zones; `pages` says whether there are more.
pub(super) async fn list_zones(
    session: &Session,
    pages: &mut Pages,
) -> Option<Result<Vec<ListedZone>, Unknown>> {
    let marker = pages.next()?;
    let page = session
        .route53_pace
        .call_first("route53:ListHostedZones", || {
            session
                .route53
                .list_hosted_zones()
                .max_items(ZONES_A_PAGE)
                .set_marker(marker.clone())
                .send()
        })
        .await;
    Some(match page {
        Ok(page) => {
            let followed = match (page.is_truncated, page.next_marker) {
                (false, _) => Ok(()),
                (true, Some(marker)) => pages.follow(Some(marker)),
                (true, None) => Err(Failure::new(
                    Reason::Malformed,
                    "the answer is cut and does not say where it goes on",
                )),
            };
            followed
                .map(|()| page.hosted_zones.into_iter().map(listed).collect())
                .map_err(|failure| failure.of("route53:ListHostedZones"))
        }
        Err(failure) => Err(failure.of("route53:ListHostedZones")),
    })
}

fn listed(zone: aws::HostedZone) -> ListedZone {
    let config = zone.config;
    ListedZone {
        id: zone
            .id
            .strip_prefix("/hostedzone/")
            .unwrap_or(&zone.id)
            .to_owned(),
        name: zone.name,
        private: config.as_ref().is_some_and(|config| config.private_zone),
        comment: config.and_then(|config| config.comment),
        resource_record_set_count: zone.resource_record_set_count,
        linked_service: zone.linked_service.map(|service| LinkedService {
            service_principal: service.service_principal,
            description: service.description,
        }),
    }
}

/// The signing status of a zone and its KSKs.
pub(super) async fn dnssec(session: &Session, zone: &str) -> Result<(Dnssec, Vec<Ksk>), Unknown> {
    let operation = "route53:GetDNSSEC";
    let answer = session
        .route53_pace
        .call(operation, || {
            session.route53.get_dnssec().hosted_zone_id(zone).send()
        })
        .await
        .map_err(|failure| failure.of(operation))?;
    let status = answer.status.ok_or_else(|| {
        Failure::new(Reason::Malformed, "the answer held no signing status").of(operation)
    })?;
    let dnssec = Dnssec {
        serve_signature: status.serve_signature,
        status_message: status.status_message,
    };
    Ok((
        dnssec,
        answer.key_signing_keys.into_iter().map(ksk).collect(),
    ))
}

fn ksk(ksk: aws::KeySigningKey) -> Ksk {
    Ksk {
        name: ksk.name.unwrap_or_default(),
        key: ksk.kms_arn.map(Reference::Item),
        flag: Some(ksk.flag.into()),
        signing_algorithm_mnemonic: ksk.signing_algorithm_mnemonic,
        signing_algorithm_type: Some(ksk.signing_algorithm_type.into()),
        digest_algorithm_mnemonic: ksk.digest_algorithm_mnemonic,
        digest_algorithm_type: Some(ksk.digest_algorithm_type.into()),
        key_tag: Some(ksk.key_tag.into()),
        digest_value: ksk.digest_value,
        public_key: ksk.public_key,
        ds_record: ksk.ds_record,
        dnskey_record: ksk.dnskey_record,
        status: ksk.status,
        status_message: ksk.status_message,
        created_date: timestamp(ksk.created_date),
        last_modified_date: timestamp(ksk.last_modified_date),
    }
}

/// The tags of up to [`TAGS_AT_A_TIME`] zones, by zone id.
pub(super) async fn tags(
    session: &Session,
    zones: &[String],
) -> Result<HashMap<String, Tags>, Unknown> {
    let answer = session
        .route53_pace
        .call("route53:ListTagsForResources", || {
            session
                .route53
                .list_tags_for_resources()
                .resource_type(TagResourceType::Hostedzone)
                .set_resource_ids(Some(zones.to_vec()))
                .send()
        })
        .await
        .map_err(|failure| failure.of("route53:ListTagsForResources"))?;
    Ok(answer
        .resource_tag_sets
        .into_iter()
        .filter_map(|set| {
            let tags = set
                .tags
                .unwrap_or_default()
                .into_iter()
                .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                .collect();
            Some((set.resource_id?, tags))
        })
        .collect())
}

/// Why the tags of a zone are not known of which the answer says nothing: a zone without tags is in
/// it, with an empty list.
pub(super) fn tags_not_in_the_answer() -> Unknown {
    Failure::new(Reason::Malformed, "the answer did not name the zone")
        .of("route53:ListTagsForResources")
}

/// The query logging configurations of an account, by zone id.
pub(super) async fn query_logs(
    session: &Session,
) -> Result<HashMap<String, Vec<QueryLog>>, Unknown> {
    let mut logs: HashMap<String, Vec<QueryLog>> = HashMap::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = session
            .route53_pace
            .call("route53:ListQueryLoggingConfigs", || {
                session
                    .route53
                    .list_query_logging_configs()
                    .max_results(100)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of("route53:ListQueryLoggingConfigs"))?;
        for log in page.query_logging_configs {
            logs.entry(log.hosted_zone_id).or_default().push(QueryLog {
                id: log.id,
                cloud_watch_logs_log_group_arn: log.cloud_watch_logs_log_group_arn,
            });
        }
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("route53:ListQueryLoggingConfigs"))?;
    }
    Ok(logs)
}

/// How many hosted zones an account has, private ones included.
pub(super) async fn zone_count(session: &Session) -> Result<u64, Unknown> {
    let answer = session
        .route53_pace
        .call("route53:GetHostedZoneCount", || {
            session.route53.get_hosted_zone_count().send()
        })
        .await
        .map_err(|failure| failure.of("route53:GetHostedZoneCount"))?;
    Ok(u64::try_from(answer.hosted_zone_count).unwrap_or_default())
}
