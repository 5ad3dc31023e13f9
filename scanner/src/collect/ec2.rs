//! Two operations of EC2, over the runtime of the AWS SDK. The SDK's own client of EC2 holds seven
//! hundred operations, and takes longer to compile than all the other clients together.

use std::fmt;

use aws_config::{Region, SdkConfig};
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_sdk_route53resolver::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::service_config::ServiceConfigKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The version of the API that the answers are of.
const API_VERSION: &str = "2016-11-15";

/// A client of EC2 in one region.
#[derive(Debug)]
pub(super) struct Client {
    config: SdkConfig,
    region: Region,
}

/// What `DescribeRegions` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Regions {
    #[serde(default)]
    pub(super) region_info: Items<RegionInfo>,
}

/// A region (EC2 `Region`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegionInfo {
    pub(super) region_name: Option<String>,
}

/// A page of what `DescribeVpcs` answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VpcsPage {
    #[serde(default)]
    pub(super) vpc_set: Items<Vpc>,
    pub(super) next_token: Option<String>,
}

/// A VPC (EC2 `Vpc`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Vpc {
    pub(super) vpc_id: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) is_default: Option<bool>,
    #[serde(default)]
    pub(super) tag_set: Items<Tag>,
}

/// A tag (EC2 `Tag`).
#[derive(Debug, Deserialize)]
pub(super) struct Tag {
    pub(super) key: Option<String>,
    pub(super) value: Option<String>,
}

/// A list as the protocol writes it: an element `item` for each.
#[derive(Debug, Deserialize)]
pub(super) struct Items<T> {
    #[serde(default = "Vec::new")]
    pub(super) item: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

/// EC2 refused a call.
#[derive(Debug)]
pub(super) struct Refused(ErrorMetadata);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

type Answer<T> = Result<T, SdkError<Refused, HttpResponse>>;

impl Client {
    /// The client for the region of a configuration.
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            region: config
                .region()
                .cloned()
                .unwrap_or(Region::from_static("us-east-1")),
            config: config.clone(),
        }
    }

    /// The regions that are enabled for the account.
    pub(super) async fn describe_regions(&self) -> Answer<Regions> {
        self.call("DescribeRegions", Vec::new()).await
    }

    /// A page of the VPCs of the region, no longer than that.
    pub(super) async fn describe_vpcs(&self, most: u16, token: Option<String>) -> Answer<VpcsPage> {
        let mut parameters = vec![("MaxResults", most.to_string())];
        parameters.extend(token.map(|token| ("NextToken", token)));
        self.call("DescribeVpcs", parameters).await
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        parameters: Vec<(&'static str, String)>,
    ) -> Answer<T>
    where
        T: DeserializeOwned + fmt::Debug + Send + Sync + 'static,
    {
        let endpoint = self
            .endpoint()
            .await
            .map_err(SdkError::construction_failure)?;
        let Some(http) = self.config.http_client() else {
            return Err(SdkError::construction_failure("there is no HTTP client"));
        };
        let timeouts = self.config.timeout_config().cloned();
        let operation = Operation::builder()
            .service_name("ec2")
            .operation_name(operation)
            .http_client(http)
            .endpoint_url(&endpoint)
            .no_retry()
            .timeout_config(timeouts.unwrap_or_else(TimeoutConfig::disabled))
            .runtime_plugin(self.signing())
            .serializer(move |parameters| request(operation, parameters))
            .deserializer(response::<T>)
            .build();
        operation.invoke(parameters).await
    }

    /// What signs the requests (Signature Version 4), with what the configuration gives.
    fn signing(&self) -> StaticRuntimePlugin {
        let mut config = Layer::new("ec2");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(self.region.clone())),
            region_set: None,
            name: Some(SigningName::from_static("ec2")),
            signing_options: SigningOptions::default(),
        });
        let resolver = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let mut components = RuntimeComponentsBuilder::new("ec2")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(resolver)))
            .with_identity_cache(self.config.identity_cache())
            .with_sleep_impl(self.config.sleep_impl())
            .with_time_source(self.config.time_source());
        if let Some(credentials) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, credentials);
        }
        StaticRuntimePlugin::new()
            .with_config(config.freeze())
            .with_runtime_components(components)
    }

    /// Where the service is: where the configuration says, or at the host that has `ec2` where that of
    /// Route 53 Resolver has its own name.
    async fn endpoint(&self) -> Result<String, BoxError> {
        let key = ServiceConfigKey::builder()
            .service_id("EC2")
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()?;
        let of_service = self.config.service_config();
        let stated = of_service
            .and_then(|settings| settings.load_config(key))
            .or_else(|| self.config.endpoint_url().map(str::to_owned));
        if let Some(stated) = stated {
            return Ok(stated);
        }
        let params = Params::builder()
            .region(self.region.to_string())
            .set_use_fips(self.config.use_fips())
            .set_use_dual_stack(self.config.use_dual_stack())
            .build()?;
        let like = DefaultResolver::new().resolve_endpoint(&params).await?;
        Ok(like.url().replacen("://route53resolver", "://ec2", 1))
    }
}

/// The request of a call (EC2 Query API).
fn request(
    operation: &str,
    parameters: Vec<(&'static str, String)>,
) -> Result<HttpRequest, BoxError> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", operation)
        .append_pair("Version", API_VERSION)
        .extend_pairs(parameters)
        .finish();
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request
        .headers_mut()
        .try_insert("content-type", "application/x-www-form-urlencoded")?;
    Ok(request)
}

/// What the service answered.
fn response<T>(response: &HttpResponse) -> Result<T, OrchestratorError<Refused>>
where
    T: DeserializeOwned,
{
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(Refused(refusal(body))));
    }
    quick_xml::de::from_reader(body).map_err(OrchestratorError::other)
}

/// The code and message of a refusal ("Error response" of the EC2 Query API).
fn refusal(body: &[u8]) -> ErrorMetadata {
    #[derive(Deserialize)]
    struct Response {
        #[serde(rename = "Errors")]
        errors: Errors,
    }
    #[derive(Deserialize)]
    struct Errors {
        #[serde(rename = "Error", default)]
        error: Vec<Told>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Told {
        code: String,
        #[serde(default)]
        message: String,
    }
    let told = quick_xml::de::from_reader::<_, Response>(body).ok();
    let told = told.and_then(|response| response.errors.error.into_iter().next());
    match told {
        Some(told) => ErrorMetadata::builder()
            .code(told.code)
            .message(told.message)
            .build(),
        None => ErrorMetadata::builder().build(),
    }
}
