//! The VPCs of an account, region by region, and their DNSSEC validation configurations.

use std::collections::HashMap;

use jiff::Timestamp;

use super::ec2;
use super::paging::Pages;
use super::session::Session;
use crate::inventory::{Fact, ProfileValidation, Reason, Set, Unknown, Vpc, Vpcs};

/// `DescribeVpcs` gives no more at a time.
const VPCS_A_PAGE: u16 = 1000;

/// `ListResolverDnssecConfigs` gives no more at a time.
const CONFIGS_A_PAGE: i32 = 100;

/// How the ids of Route 53 Profiles begin, which have validation configurations as well.
const PROFILE: &str = "rp-";

/// The least number of requests that a region takes: one that holds VPCs takes another.
pub(super) const REQUESTS_A_REGION: u64 = 1;

/// The regions that are enabled for an account.
pub(super) async fn regions(session: &Session, home_region: &str) -> Result<Vec<String>, Unknown> {
    let operation = "ec2:DescribeRegions";
    let ec2 = session.ec2(home_region);
    let answer = ec2
        .pace
        .call(operation, || ec2.client.describe_regions())
        .await
        .map_err(|failure| failure.of(operation))?;
    let regions = answer.region_info.item.into_iter();
    let mut names: Vec<String> = regions.filter_map(|region| region.region_name).collect();
    if names.is_empty() {
        let why = Unknown::because(Reason::Malformed, "the answer named no region");
        return Err(Unknown {
            operation: Some(operation.to_owned()),
            ..why
        });
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Reads the VPCs that the account of a session owns in a region, and says what failed.
pub(super) async fn read(session: &Session, partition: &str, region: &str) -> (Vpcs, Vec<Unknown>) {
    let (described, torn) = describe(session, region).await;
    let mut failures: Vec<Unknown> = torn.iter().cloned().collect();
    let configs = match described.is_empty() {
        true => Configs::default(),
        false => configs(session, region).await,
    };
    failures.extend(configs.torn.clone());
    let mut vpcs = Set::default();
    for vpc in &described {
        if let Some(vpc) = item(vpc, &configs) {
            vpcs.insert(vpc);
        }
    }
    if let Some(why) = torn {
        vpcs.add_gap(why);
    }
    let account = &session.account;
    let read = Vpcs {
        id: format!("arn:{partition}:ec2:{region}:{account}:vpc/*"),
        account: account.clone(),
        region: Fact::Known(region.to_owned()),
        vpcs,
        profiles: configs.profiles,
        collected_at: Timestamp::now(),
    };
    (read, failures)
}

/// The VPCs that the account owns, and why there may be more. Those that other accounts share with
/// it are described as well, and are theirs.
async fn describe(session: &Session, region: &str) -> (Vec<ec2::Vpc>, Option<Unknown>) {
    let operation = "ec2:DescribeVpcs";
    let ec2 = session.ec2(region);
    let mut described = Vec::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = ec2
            .pace
            .call(operation, || {
                ec2.client.describe_vpcs(VPCS_A_PAGE, token.clone())
            })
            .await;
        let followed = page.and_then(|page| {
            let vpcs = page.vpc_set.item.into_iter();
            described.extend(vpcs.filter(|vpc| {
                let owner = vpc.owner_id.as_deref();
                owner.is_none_or(|owner| owner == session.account)
            }));
            pages.follow(page.next_token)
        });
        if let Err(failure) = followed {
            return (described, Some(failure.of(operation)));
        }
    }
    (described, None)
}

/// The DNSSEC validation configurations of a region.
#[derive(Default)]
struct Configs {
    /// The status of each VPC that has one.
    of_vpcs: HashMap<String, Option<String>>,
    profiles: Vec<ProfileValidation>,
    /// Why there may be more.
    torn: Option<Unknown>,
}

async fn configs(session: &Session, region: &str) -> Configs {
    let operation = "route53resolver:ListResolverDnssecConfigs";
    let resolver = session.resolver(region);
    let mut configs = Configs::default();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = resolver
            .pace
            .call(operation, || {
                let list = resolver.client.list_resolver_dnssec_configs();
                let list = list.max_results(CONFIGS_A_PAGE);
                list.set_next_token(token.clone()).send()
            })
            .await;
        let followed = page.and_then(|page| {
            for config in page.resolver_dnssec_configs.unwrap_or_default() {
                let status = config.validation_status.map(|status| status.to_string());
                match config.resource_id {
                    Some(id) if id.starts_with(PROFILE) => {
                        configs.profiles.push(ProfileValidation {
                            id,
                            validation_status: status,
                        });
                    }
                    Some(id) => {
                        configs.of_vpcs.insert(id, status);
                    }
                    None => {}
                }
            }
            pages.follow(page.next_token)
        });
        if let Err(failure) = followed {
            configs.torn = Some(failure.of(operation));
        }
    }
    configs
}

/// The item of a VPC; none for what is described without an id.
fn item(vpc: &ec2::Vpc, configs: &Configs) -> Option<Vpc> {
    let id = vpc.vpc_id.clone()?;
    let mut tags = vpc.tag_set.item.iter();
    let name = tags.find(|tag| tag.key.as_deref() == Some("Name"));
    let validation_status = match (configs.of_vpcs.get(&id), &configs.torn) {
        (Some(Some(status)), _) => Fact::Known(Some(status.clone())),
        (Some(None), _) => Fact::unknown(Unknown::because(
            Reason::Malformed,
            "the DNSSEC validation configuration has no status",
        )),
        (None, Some(why)) => Fact::unknown(why.clone()),
        (None, None) => Fact::Known(None),
    };
    Some(Vpc {
        id,
        name: Fact::Known(name.and_then(|tag| tag.value.clone())),
        is_default: match vpc.is_default {
            Some(is_default) => Fact::Known(is_default),
            None => Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "EC2 does not say whether it is the default VPC",
            )),
        },
        validation_status,
    })
}
