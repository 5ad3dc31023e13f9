//! Breaking off: Ctrl-C, or a request to end from whoever started the program.

use std::panic::resume_unwind;
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::Fault;

/// What tells the program to end, heard from the moment that it listens.
pub(super) struct Interrupt {
    runtime: Runtime,
    signals: Signals,
}

impl Interrupt {
    /// Begins to listen. From then on the system does not end the process by itself, and whatever
    /// takes its time has to be done under [`Interrupt::during`] or beside [`Interrupt::comes`].
    pub(super) fn listen() -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
        let signals = {
            let _entered = runtime.enter();
            Signals::listen().map_err(|error| {
                Fault::new(
                    format!("cannot listen for Ctrl-C: {error}"),
                    "free some files",
                )
            })?
        };
        Ok(Self { runtime, signals })
    }

    /// Waits until the user breaks off.
    pub(super) async fn comes(&mut self) {
        self.signals.come().await;
    }

    /// Does the work on a thread of its own; none where the user broke it off. That thread then
    /// ends with the process: what has to be undone must not belong to the work.
    pub(super) fn during<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Fault> {
        let (sender, receiver) = oneshot::channel();
        let working = thread::Builder::new()
            .spawn(move || {
                // Nobody waits for it any more only where the user broke off.
                let _ = sender.send(work());
            })
            .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
        let signals = &mut self.signals;
        let done = self.runtime.block_on(async {
            tokio::select! {
                done = receiver => Some(done),
                () = signals.come() => None,
            }
        });
        match done {
            Some(Ok(done)) => Ok(Some(done)),
            Some(Err(_)) => match working.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => Err(Fault::new("the work ended without a word", "report this")),
            },
            None => Ok(None),
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn come(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn come(&mut self) {
        self.0.recv().await;
    }
}
