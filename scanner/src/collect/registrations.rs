//! The domains that are registered with Route 53.

use aws_sdk_route53domains::operation::get_domain_detail::GetDomainDetailOutput;
use aws_sdk_route53domains::types as aws;
use jiff::Timestamp;

use super::paging::Pages;
use super::session::Session;
use super::timestamp;
use crate::inventory::{DnssecKey, Fact, Reason, Registration, Set, Unknown};

/// `ListDomains` gives no more at a time.
const DOMAINS_A_PAGE: i32 = 100;

/// A domain as `ListDomains` gives it.
#[derive(Debug)]
pub(super) struct ListedDomain {
    name: String,
    auto_renew: Option<bool>,
    expiry: Option<Timestamp>,
}

/// The domains of an account, and why there may be more.
pub(super) async fn list(session: &Session) -> (Vec<ListedDomain>, Option<Unknown>) {
    let operation = "route53domains:ListDomains";
    let mut listed = Vec::new();
    let mut pages = Pages::new();
    while let Some(marker) = pages.next() {
        let page = session
            .domains_pace
            .call_first(operation, || {
                session
                    .domains
                    .list_domains()
                    .max_items(DOMAINS_A_PAGE)
                    .set_marker(marker.clone())
                    .send()
            })
            .await;
        let followed = page.and_then(|page| {
            let domains = page.domains.unwrap_or_default();
            listed.extend(domains.into_iter().filter_map(domain));
            pages.follow(page.next_page_marker)
        });
        if let Err(failure) = followed {
            return (listed, Some(failure.of(operation)));
        }
    }
    (listed, None)
}

fn domain(summary: aws::DomainSummary) -> Option<ListedDomain> {
    Some(ListedDomain {
        name: summary.domain_name?,
        auto_renew: summary.auto_renew,
        expiry: timestamp(summary.expiry),
    })
}

/// The requests that reading so many domains takes.
pub(super) fn requests(domains: u64) -> u64 {
    domains.div_ceil(DOMAINS_A_PAGE as u64).max(1) + domains
}

/// Reads a domain, and says what failed. What the listing said of it stands in any case.
pub(super) async fn read(
    session: &Session,
    domain: ListedDomain,
) -> (Registration, Option<Unknown>) {
    let operation = "route53domains:GetDomainDetail";
    let answer = session
        .domains_pace
        .call(operation, || {
            let detail = session.domains.get_domain_detail();
            detail.domain_name(&domain.name).send()
        })
        .await
        .map_err(|failure| failure.of(operation));
    match answer {
        Ok(detail) => (registration(session, domain, Ok(detail)), None),
        Err(why) => (registration(session, domain, Err(&why)), Some(why)),
    }
}

fn registration(
    session: &Session,
    domain: ListedDomain,
    detail: Result<GetDomainDetailOutput, &Unknown>,
) -> Registration {
    let mut registration = Registration {
        id: domain.name.clone(),
        account: session.account.clone(),
        name: match domain.name.ends_with('.') {
            true => domain.name,
            false => format!("{}.", domain.name),
        },
        auto_renew: stated(domain.auto_renew, "whether the domain is renewed"),
        expiration_date: stated(domain.expiry, "when the domain expires"),
        status_list: Set::default(),
        nameservers: Set::default(),
        dnssec_keys: Set::default(),
        collected_at: Timestamp::now(),
    };
    match detail {
        Ok(detail) => {
            if let Some(auto_renew) = detail.auto_renew {
                registration.auto_renew = Fact::Known(auto_renew);
            }
            if let Some(expiration) = timestamp(detail.expiration_date) {
                registration.expiration_date = Fact::Known(expiration);
            }
            registration.status_list = Set::complete(detail.status_list.unwrap_or_default());
            let servers = detail.nameservers.unwrap_or_default().into_iter();
            registration.nameservers = Set::complete(servers.map(|server| server.name));
            let keys = detail.dnssec_keys.unwrap_or_default().into_iter();
            registration.dnssec_keys = Set::complete(keys.map(dnssec_key));
        }
        Err(why) => {
            registration.status_list = Set::unread(why.clone());
            registration.nameservers = Set::unread(why.clone());
            registration.dnssec_keys = Set::unread(why.clone());
        }
    }
    registration
}

fn stated<T>(value: Option<T>, what: &str) -> Fact<T> {
    match value {
        Some(value) => Fact::Known(value),
        None => Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            format!("Route 53 Domains does not say {what}"),
        )),
    }
}

fn dnssec_key(key: aws::DnssecKey) -> DnssecKey {
    DnssecKey {
        id: key.id,
        key_tag: key.key_tag.map(Into::into),
        algorithm: key.algorithm.map(Into::into),
        digest_type: key.digest_type.map(Into::into),
        digest: key.digest,
    }
}
