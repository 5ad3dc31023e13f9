//! Breaking off: Ctrl-C, or a request to end from whoever started the program.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Fault;

/// What tells the program to end, heard from the moment that it listens.
pub(super) struct Interrupt {
    events: UnboundedReceiver<Event>,
    sender: UnboundedSender<Event>,
}

/// What the program waits for.
enum Event {
    /// The user breaks off.
    Break,
    /// The work has ended, well or in a panic.
    End,
}

/// Says that the work has ended, however it does.
struct Ending(UnboundedSender<Event>);

impl Drop for Ending {
    fn drop(&mut self) {
        // Nobody waits for it any more only where the user broke off.
        let _ = self.0.send(Event::End);
    }
}

impl Interrupt {
    /// Begins to listen. From then on the system does not end the process by itself, and whatever
    /// takes its time has to be done under [`Interrupt::during`] or beside [`Interrupt::comes`].
    pub(super) fn listen() -> Result<Self, Fault> {
        let (sender, events) = unbounded_channel();
        signals::each(sender.clone()).map_err(|error| {
            Fault::new(
                format!("cannot listen for Ctrl-C: {error}"),
                "free some files or threads",
            )
        })?;
        Ok(Self { events, sender })
    }

    /// Waits until the user breaks off.
    pub(super) async fn comes(&mut self) {
        while let Some(Event::End) = self.events.recv().await {}
    }

    /// Does the work on a thread of its own; none where the user broke it off. That thread then
    /// ends with the process: what has to be undone must not belong to the work.
    pub(super) fn during<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Fault> {
        let result = Arc::new(Mutex::new(None));
        let place = Arc::clone(&result);
        let ending = Ending(self.sender.clone());
        let working = thread::Builder::new()
            .spawn(move || {
                let _ending = ending;
                let done = work();
                *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            })
            .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
        if let Some(Event::Break) | None = self.events.blocking_recv() {
            return Ok(None);
        }
        if let Err(panic) = working.join() {
            resume_unwind(panic);
        }
        let done = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        match done {
            Some(done) => Ok(Some(done)),
            None => Err(Fault::new("the work ended without a word", "report this")),
        }
    }
}

#[cfg(unix)]
mod signals {
    use std::{io, thread};

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use tokio::sync::mpsc::UnboundedSender;

    use super::Event;

    /// Tells of each signal that asks the program to end.
    pub(super) fn each(sender: UnboundedSender<Event>) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        thread::Builder::new().spawn(move || {
            for _ in signals.forever() {
                let _ = sender.send(Event::Break);
            }
        })?;
        Ok(())
    }
}

#[cfg(windows)]
mod signals {
    use std::{io, thread};

    use tokio::sync::mpsc::UnboundedSender;

    use super::Event;

    /// Tells of each Ctrl-C.
    pub(super) fn each(sender: UnboundedSender<Event>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut signals = {
            let _entered = runtime.enter();
            tokio::signal::windows::ctrl_c()?
        };
        thread::Builder::new().spawn(move || {
            runtime.block_on(async {
                while signals.recv().await.is_some() {
                    let _ = sender.send(Event::Break);
                }
            });
        })?;
        Ok(())
    }
}
