//! Every setting that has one value: its name in the file, its environment variable, its default.

/// A setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// The key in the configuration file, dotted; the option, of what the file does not set.
    pub(super) key: &'static str,
    /// The environment variable that goes before the file.
    pub(super) variable: Option<&'static str>,
    /// The value where none is set, as TOML; none where there is no value then.
    pub(super) default: Option<&'static str>,
    /// Whether the value is not for every eye.
    pub(super) hidden: bool,
}

const fn setting(
    key: &'static str,
    variable: Option<&'static str>,
    default: Option<&'static str>,
) -> Setting {
    Setting {
        key,
        variable,
        default,
        hidden: false,
    }
}

/// Every setting, in the order of `examples/zonewarden.toml`.
pub(super) const SETTINGS: &[Setting] = &[
    setting("fail_on", Some("ZONEWARDEN_FAIL_ON"), Some("\"medium\"")),
    setting(
        "allow_incomplete",
        Some("ZONEWARDEN_ALLOW_INCOMPLETE"),
        Some("false"),
    ),
    setting("records", Some("ZONEWARDEN_RECORDS"), Some("\"parents\"")),
    setting("policies", None, Some("[]")),
    setting("scope.accounts", Some("ZONEWARDEN_ACCOUNTS"), Some("[]")),
    setting(
        "scope.exclude_accounts",
        Some("ZONEWARDEN_EXCLUDE_ACCOUNTS"),
        Some("[]"),
    ),
    setting("scope.ous", Some("ZONEWARDEN_OU"), Some("[]")),
    setting(
        "role.name",
        Some("ZONEWARDEN_ROLE"),
        Some("\"OrganizationAccountAccessRole\""),
    ),
    Setting {
        hidden: true,
        ..setting("role.external_id", Some("ZONEWARDEN_EXTERNAL_ID"), None)
    },
    setting(
        "role.session_name",
        Some("ZONEWARDEN_SESSION_NAME"),
        Some("\"zonewarden\""),
    ),
    setting(
        "role.duration_seconds",
        Some("ZONEWARDEN_SESSION_DURATION"),
        Some("3600"),
    ),
    setting("pace.share", Some("ZONEWARDEN_SHARE"), Some("0.5")),
    setting("dns.mode", Some("ZONEWARDEN_DNS"), Some("\"on\"")),
    setting("dns.root_hints", Some("ZONEWARDEN_ROOT_HINTS"), None),
    setting("dns.trust_anchor", Some("ZONEWARDEN_TRUST_ANCHOR"), None),
    setting("dns.resolver", Some("ZONEWARDEN_RESOLVER"), None),
    setting("dns.port", Some("ZONEWARDEN_DNS_PORT"), Some("53")),
    setting(
        "dns.thorough",
        Some("ZONEWARDEN_DNS_THOROUGH"),
        Some("false"),
    ),
    setting(
        "dns.concurrency",
        Some("ZONEWARDEN_DNS_CONCURRENCY"),
        Some("256"),
    ),
    setting("dns.rate", Some("ZONEWARDEN_DNS_RATE"), Some("50.0")),
    setting(
        "dns.tld_rate",
        Some("ZONEWARDEN_DNS_TLD_RATE"),
        Some("20.0"),
    ),
    setting("monitoring.accounts", None, Some("[]")),
    setting("waivers.file", Some("ZONEWARDEN_WAIVERS"), None),
    setting("waivers.max_days", None, Some("365")),
    setting(
        "--strict-waivers",
        Some("ZONEWARDEN_STRICT_WAIVERS"),
        Some("false"),
    ),
    setting("--baseline", Some("ZONEWARDEN_BASELINE"), None),
    setting(
        "--fail-on-new",
        Some("ZONEWARDEN_FAIL_ON_NEW"),
        Some("false"),
    ),
    setting("--previous", Some("ZONEWARDEN_PREVIOUS"), None),
    setting(
        "--log-format",
        Some("ZONEWARDEN_LOG_FORMAT"),
        Some("\"text\""),
    ),
];
