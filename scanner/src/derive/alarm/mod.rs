//! What a CloudWatch alarm watches of Route 53, whether it can fire, and whether anyone is told.
//!
//! [`watches`] says on which metrics of which hosted zones an alarm depends, [`firing`] whether and
//! from which value it goes into `ALARM` for one of them, and [`notifies`] whether that reaches
//! anyone. An alarm that can fire and notifies is [`effective`].
//!
//! Everything rests on how Route 53 reports: one data point in four hours for each zone and DNSSEC
//! metric, a whole number from zero up
//! (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html>).

mod composite;
mod datapoints;
mod evaluate;
mod firing;
mod insights;
mod math;
mod notify;
mod queries;
mod response;
mod rule;
mod series;
mod statistic;
mod verdict;
mod watch;

pub use composite::CompositeIndex;
pub use firing::{Firing, can_fire, firing, lies_in};
pub use notify::{NotifiedBy, TopicIndex, notifies};
pub use verdict::{Verdict, effective};
pub use watch::{Watch, watches};
