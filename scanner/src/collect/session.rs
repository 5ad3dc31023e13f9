//! The way into one account: its credentials, the clients of its services, and their paces.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::sync::OnceCell;

use super::CollectError;
use super::arn::Arn;
use super::credentials::{AssumedRole, Role};
use super::ec2;
use super::failure::Failure;
use super::pace::{Lane, Limit, Pace, Traffic};
use crate::inventory::{Part, Reason, Unknown};

/// Requests on the wire at one time, over all accounts: under every default bound on open files.
const MAIN_REQUESTS: usize = 400;

/// The same, of the services whose limits never decide.
const SIDE_REQUESTS: usize = 64;

/// The same, of the services that are asked in every region.
const REGIONAL_REQUESTS: usize = 128;

/// Route 53: "Requests to the Route 53 API" in the Developer Guide's page on throttling.
pub(super) const ROUTE53: Limit = Limit {
    burst: 50.0,
    rate: 10.0,
};
/// KMS: the least of the request quotas of the three operations used, `GetKeyPolicy`'s.
pub(super) const KMS: Limit = Limit {
    burst: 1000.0,
    rate: 1000.0,
};
/// CloudWatch: quota L-21CB40A4, `DescribeAlarms`.
pub(super) const CLOUDWATCH: Limit = Limit {
    burst: 9.0,
    rate: 9.0,
};
/// SNS: the quota of `GetTopicAttributes`.
pub(super) const SNS: Limit = Limit {
    burst: 30.0,
    rate: 30.0,
};
/// Route 53 Domains documents no limit; this is half of what Route 53 allows.
pub(super) const DOMAINS: Limit = Limit {
    burst: 10.0,
    rate: 5.0,
};
/// CloudWatch Logs: the quota of `DescribeLogGroups`, in each region; of `DescribeResourcePolicies`
/// AWS documents none.
pub(super) const LOGS: Limit = Limit {
    burst: 10.0,
    rate: 10.0,
};
/// EC2: the request token bucket of the unpaginated actions, the least of those that describe, in each
/// region ("Request throttling for the Amazon EC2 API" in the EC2 Developer Guide).
pub(super) const EC2: Limit = Limit {
    burst: 50.0,
    rate: 10.0,
};
/// Route 53 Resolver: five requests a second for an account in each region (the page on quotas of the
/// Route 53 Developer Guide).
pub(super) const RESOLVER: Limit = Limit {
    burst: 5.0,
    rate: 5.0,
};
/// Organizations documents no one limit for its operations; this is under each of them.
pub(super) const ORGANIZATIONS: Limit = Limit {
    burst: 13.0,
    rate: 8.0,
};
/// STS: the default quota of an account and region.
pub(super) const STS: Limit = Limit {
    burst: 600.0,
    rate: 600.0,
};

/// Where AWS is, and as whom it is asked.
#[derive(Debug, Clone)]
pub enum Connection {
    /// What the SDK's own chain finds: profiles, SSO, web identity, instance roles,
    /// `AWS_ENDPOINT_URL`.
    Environment,
    /// One endpoint for every service, and one pair of keys, whatever the environment says.
    Fixed {
        /// The URL of the endpoint.
        endpoint: String,
        /// The access key id.
        access_key: String,
        /// The secret access key.
        secret_key: String,
    },
}

/// Who calls, in which partition, and how every client is made.
#[derive(Debug)]
pub(super) struct Caller {
    config: SdkConfig,
    pub(super) arn: String,
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) home_region: String,
    pub(super) share: f64,
    pub(super) traffic: Arc<Traffic>,
    /// Organizations, which lives in the partition's home region.
    pub(super) organizations: aws_sdk_organizations::Client,
    pub(super) organizations_pace: Pace,
    sts: aws_sdk_sts::Client,
    sts_pace: Arc<Pace>,
}

/// The clients of one account, with the pace of each service.
#[derive(Debug)]
pub(super) struct Session {
    config: SdkConfig,
    pub(super) account: String,
    pub(super) route53: aws_sdk_route53::Client,
    pub(super) route53_pace: Pace,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) cloudwatch_pace: Pace,
    /// Route 53 Domains, which lives in the partition's home region.
    pub(super) domains: aws_sdk_route53domains::Client,
    pub(super) domains_pace: Pace,
    kms: Regions<aws_sdk_kms::Client>,
    sns: Regions<aws_sdk_sns::Client>,
    logs: Regions<aws_sdk_cloudwatchlogs::Client>,
    share: f64,
    traffic: Arc<Traffic>,
}

/// The clients of a service that an account is asked for region by region.
type Regions<C> = Mutex<HashMap<String, Arc<Regional<C>>>>;

/// A client of one region, with its pace.
#[derive(Debug)]
pub(super) struct Regional<C> {
    pub(super) client: C,
    pub(super) pace: Pace,
}

impl Connection {
    async fn config(&self) -> SdkConfig {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        // The paces try again; two layers of retries would multiply.
        let retries = RetryConfig::disabled();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .build();
        match self {
            Self::Environment => {
                aws_config::defaults(BehaviorVersion::latest())
                    .http_client(http)
                    .retry_config(retries)
                    .timeout_config(timeouts)
                    .load()
                    .await
            }
            Self::Fixed {
                endpoint,
                access_key,
                secret_key,
            } => {
                let credentials =
                    Credentials::new(access_key, secret_key, None, None, "zonewarden");
                SdkConfig::builder()
                    .behavior_version(BehaviorVersion::latest())
                    .http_client(http)
                    .retry_config(retries)
                    .timeout_config(timeouts)
                    .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
                    .time_source(SystemTimeSource::new())
                    .identity_cache(IdentityCache::lazy().build())
                    .credentials_provider(SharedCredentialsProvider::new(credentials))
                    .endpoint_url(endpoint)
                    .build()
            }
        }
    }
}

impl Caller {
    /// Finds out who calls (`sts:GetCallerIdentity`).
    pub(super) async fn identify(
        connection: &Connection,
        share: f64,
    ) -> Result<Self, CollectError> {
        let config = connection.config().await;
        let config = match config.region() {
            Some(_) => config,
            None => config
                .into_builder()
                .region(Region::from_static("us-east-1"))
                .build(),
        };
        let traffic = Traffic::new(MAIN_REQUESTS, SIDE_REQUESTS, REGIONAL_REQUESTS);
        let sts = aws_sdk_sts::Client::new(&config);
        let sts_pace = Arc::new(Pace::for_all(STS, share, traffic.clone(), Lane::Main));
        let identity = sts_pace
            .call("sts:GetCallerIdentity", || sts.get_caller_identity().send())
            .await
            .map_err(CollectError::no_identity)?;
        let (arn, account) = identity.arn.zip(identity.account).ok_or_else(|| {
            CollectError::no_identity(Failure::new(
                crate::inventory::Reason::Malformed,
                "the answer held no ARN",
            ))
        })?;
        let partition = arn.split(':').nth(1).unwrap_or("aws").to_owned();
        let home_region = home_region(&partition);
        let home = config
            .to_builder()
            .region(Region::from_static(home_region))
            .build();
        Ok(Self {
            organizations: aws_sdk_organizations::Client::new(&home),
            organizations_pace: Pace::for_all(ORGANIZATIONS, share, traffic.clone(), Lane::Main),
            home_region: home_region.to_owned(),
            config,
            arn,
            account,
            partition,
            share,
            traffic,
            sts,
            sts_pace,
        })
    }

    /// Whether Route 53 offers DNSSEC signing in the partition: AWS's pages on China know none.
    pub(super) fn signing_is_offered(&self) -> bool {
        self.partition != "aws-cn"
    }

    /// Those of some parts that AWS offers in the partition.
    pub(super) fn offered(&self, parts: &BTreeSet<Part>) -> BTreeSet<Part> {
        let parts = parts.iter().copied();
        parts
            .filter(|part| part.is_offered_in(&self.partition))
            .collect()
    }

    /// The session of the caller's own account.
    pub(super) fn own_session(&self) -> Session {
        self.session(self.account.clone(), self.config.clone())
    }

    /// The session of another account, by assuming `role` there.
    pub(super) async fn assume(&self, account: &str, role: Role) -> Result<Session, Failure> {
        let arn = self.role_arn(account, &role.name)?;
        let assumed =
            AssumedRole::assume(self.sts.clone(), self.sts_pace.clone(), arn, role).await?;
        let config = self
            .config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(assumed))
            .identity_cache(
                IdentityCache::lazy()
                    .load_timeout(Duration::from_secs(30))
                    .build(),
            )
            .build();
        Ok(self.session(account.to_owned(), config))
    }

    /// The ARN of a role, given by name or ARN; one of another account would read that one.
    fn role_arn(&self, account: &str, role: &str) -> Result<String, Failure> {
        match Arn::parse(role) {
            None => Ok(format!("arn:{}:iam::{account}:role/{role}", self.partition)),
            Some(parts) if parts.account == account => Ok(role.to_owned()),
            Some(parts) => Err(Failure::new(
                Reason::AccessDenied,
                format!("the role {role} lies in account {}", parts.account),
            )),
        }
    }

    fn session(&self, account: String, config: SdkConfig) -> Session {
        let home = config
            .to_builder()
            .region(Region::new(self.home_region.clone()))
            .build();
        Session {
            account,
            route53: aws_sdk_route53::Client::new(&home),
            route53_pace: Pace::new(ROUTE53, self.share, self.traffic.clone(), Lane::Main),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&home),
            cloudwatch_pace: Pace::new(CLOUDWATCH, self.share, self.traffic.clone(), Lane::Main),
            domains: aws_sdk_route53domains::Client::new(&home),
            domains_pace: Pace::new(DOMAINS, self.share, self.traffic.clone(), Lane::Main),
            kms: Mutex::default(),
            sns: Mutex::default(),
            logs: Mutex::default(),
            config,
            share: self.share,
            traffic: self.traffic.clone(),
        }
    }
}

impl Session {
    /// The client of KMS in a region.
    pub(super) fn kms(&self, region: &str) -> Arc<Regional<aws_sdk_kms::Client>> {
        self.regional(&self.kms, region, KMS, aws_sdk_kms::Client::new)
    }

    /// The client of SNS in a region.
    pub(super) fn sns(&self, region: &str) -> Arc<Regional<aws_sdk_sns::Client>> {
        self.regional(&self.sns, region, SNS, aws_sdk_sns::Client::new)
    }

    /// The client of CloudWatch Logs in a region.
    pub(super) fn logs(&self, region: &str) -> Arc<Regional<aws_sdk_cloudwatchlogs::Client>> {
        self.regional(
            &self.logs,
            region,
            LOGS,
            aws_sdk_cloudwatchlogs::Client::new,
        )
    }

    /// A client of EC2 in a region, with a pace of its own: it is asked there once.
    pub(super) fn ec2(&self, region: &str) -> Regional<ec2::Client> {
        self.in_region(region, EC2, Lane::Regional, ec2::Client::new)
    }

    /// A client of Route 53 Resolver in a region, with a pace of its own: it is asked there once.
    pub(super) fn resolver(&self, region: &str) -> Regional<aws_sdk_route53resolver::Client> {
        self.in_region(
            region,
            RESOLVER,
            Lane::Regional,
            aws_sdk_route53resolver::Client::new,
        )
    }

    fn in_region<C>(
        &self,
        region: &str,
        limit: Limit,
        lane: Lane,
        client: impl FnOnce(&SdkConfig) -> C,
    ) -> Regional<C> {
        let config = self
            .config
            .to_builder()
            .region(Region::new(region.to_owned()))
            .build();
        Regional {
            client: client(&config),
            pace: Pace::new(limit, self.share, self.traffic.clone(), lane),
        }
    }

    fn regional<C>(
        &self,
        regions: &Regions<C>,
        region: &str,
        limit: Limit,
        client: impl FnOnce(&SdkConfig) -> C,
    ) -> Arc<Regional<C>> {
        let mut regions = regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions
            .entry(region.to_owned())
            .or_insert_with(|| Arc::new(self.in_region(region, limit, Lane::Side, client)))
            .clone()
    }
}

/// The region of a partition in which Route 53 keeps its keys, metrics and logs.
fn home_region(partition: &str) -> &'static str {
    match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-northwest-1",
        _ => "us-east-1",
    }
}

/// The sessions of all accounts in scope, each opened once, by whoever needs it first.
#[derive(Debug)]
pub(super) struct Sessions {
    caller: Arc<Caller>,
    roles: HashMap<String, Role>,
    open: HashMap<String, OnceCell<Result<Arc<Session>, Unknown>>>,
}

impl Sessions {
    /// Sessions for the accounts of `roles`: the account id and the role to assume there.
    pub(super) fn new(caller: Arc<Caller>, roles: HashMap<String, Role>) -> Self {
        let open = roles
            .keys()
            .map(|account| (account.clone(), OnceCell::new()))
            .collect();
        Self {
            caller,
            roles,
            open,
        }
    }

    /// Whether the account is one that can be asked.
    pub(super) fn covers(&self, account: &str) -> bool {
        self.open.contains_key(account)
    }

    /// The session of an account; none where the account is not in scope.
    pub(super) async fn of(&self, account: &str) -> Option<Result<Arc<Session>, Unknown>> {
        let cell = self.open.get(account)?;
        let role = self.roles.get(account)?.clone();
        let session = cell
            .get_or_init(|| async {
                if account == self.caller.account {
                    return Ok(Arc::new(self.caller.own_session()));
                }
                self.caller
                    .assume(account, role)
                    .await
                    .map(Arc::new)
                    .map_err(|failure| failure.of("sts:AssumeRole"))
            })
            .await;
        Some(session.clone())
    }
}
