//! Bodies of answers: whole, cut off, or trickling.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The body of an answer. Its length is always told in advance, kept or not.
pub(super) struct Payload {
    told: u64,
    rest: Bytes,
    manner: Manner,
}

enum Manner {
    Whole,
    /// The connection is closed where the rest ends, once that was sent.
    Truncated {
        sent: bool,
    },
    /// One octet after the other, one at each tick.
    Slow {
        tick: Duration,
        next: Pin<Box<Sleep>>,
    },
}

/// The body ends before the length that was told.
#[derive(Debug, thiserror::Error)]
#[error("the body is cut off")]
pub(super) struct CutOff;

impl Payload {
    pub(super) fn whole(body: Bytes) -> Self {
        Self::new(body, Manner::Whole)
    }

    /// The first half of the body, and then the end of the connection.
    pub(super) fn truncated(body: Bytes) -> Self {
        let told = body.len() as u64;
        Self {
            told,
            rest: body.slice(..body.len() / 2),
            manner: Manner::Truncated { sent: false },
        }
    }

    /// The body spread evenly over a duration.
    pub(super) fn slow(body: Bytes, duration: Duration) -> Self {
        let octets = u32::try_from(body.len().max(1)).unwrap_or(u32::MAX);
        let tick = duration / octets;
        let next = Box::pin(tokio::time::sleep(tick));
        Self::new(body, Manner::Slow { tick, next })
    }

    fn new(body: Bytes, manner: Manner) -> Self {
        Self {
            told: body.len() as u64,
            rest: body,
            manner,
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let Self { told, rest, manner } = &mut *self;
        let length = match manner {
            Manner::Truncated { sent: true } => return Poll::Ready(Some(Err(CutOff))),
            Manner::Truncated { sent } if rest.is_empty() => {
                // An error now would throw away what waits to be sent; a pause has it sent.
                *sent = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            _ if rest.is_empty() => return Poll::Ready(None),
            Manner::Whole | Manner::Truncated { .. } => rest.len(),
            Manner::Slow { tick, next } => {
                ready!(next.as_mut().poll(context));
                next.as_mut().reset(Instant::now() + *tick);
                1
            }
        };
        let part = rest.split_to(length);
        *told = told.saturating_sub(length as u64);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.told)
    }
}
