//! The parts of an ARN ("Amazon Resource Names" in the IAM User Guide).

/// An ARN taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arn<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts, where it has all of them.
    pub(super) fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let _partition = parts.next()?;
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next()?;
        Some(Self {
            service,
            region,
            account,
        })
    }
}
