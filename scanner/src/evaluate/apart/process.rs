//! The process that judges, as its parent sees it.

use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use regorus::Value;

use super::protocol::{Question, Reply, Setup};
use super::{ApartError, worker};
use crate::evaluate::interpreter::Answer;
use crate::evaluate::program::RunError;
use crate::evaluate::trial::{Reached, Tried, UnitTest};

/// How long one rule may take on one subject before its process is ended. Rego that takes its time
/// is stopped earlier, by the clock that the interpreter looks at; this is for all else.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to get ready.
const START: Duration = Duration::from_secs(60);

/// What a rule may find on one subject, in bytes.
pub(super) const MAX_REPLY: u64 = 16 << 20;

/// What of the last words of a process is read.
const LAST_WORDS: u64 = 4096;

/// A process that judges.
pub(super) struct Process {
    child: Child,
    questions: BufWriter<ChildStdin>,
    replies: Receiver<Vec<u8>>,
}

/// How a process ended that should not have.
pub(super) enum Ended {
    TooSlow,
    TooMuch,
    Memory,
    Stack,
    /// By a fault of regorus.
    Engine,
    Otherwise(String),
}

impl Process {
    pub(super) fn start(program: &Path, setup: &Setup) -> Result<Self, ApartError> {
        let mut command = Command::new(program);
        command
            .arg(worker::COMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // What interrupts the scan is for the parent to hear.
            command.process_group(0);
        }
        let mut child = command.spawn().map_err(ApartError::Start)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ApartError::Start(io::ErrorKind::BrokenPipe.into()));
        };
        let (sender, replies) = sync_channel(64);
        std::thread::Builder::new()
            .name("replies".to_owned())
            .spawn(move || {
                let mut lines = BufReader::new(stdout);
                loop {
                    let mut line = Vec::new();
                    let read = (&mut lines)
                        .take(MAX_REPLY + 1)
                        .read_until(b'\n', &mut line);
                    if !matches!(read, Ok(1..)) || sender.send(line).is_err() {
                        return;
                    }
                }
            })
            .map_err(ApartError::Start)?;
        let mut process = Self {
            child,
            questions: BufWriter::new(stdin),
            replies,
        };
        let ready = process.say(setup).and_then(|()| process.reply(START));
        match ready {
            Ok(Reply::Ready) => Ok(process),
            Ok(Reply::Failed(problem)) => Err(ApartError::Setup(problem.to_string())),
            Ok(_) => Err(ApartError::Setup("it answers unasked".to_owned())),
            Err(ended) => Err(ApartError::Setup(super::told(&ended))),
        }
    }

    /// Asks rules, each given as its place in the setup and its parameters, and puts the answers
    /// that come behind those that there are.
    pub(super) fn judge(
        &mut self,
        rules: &[(usize, &Value)],
        input: &Value,
        answers: &mut Vec<Result<Answer, RunError>>,
    ) -> Result<(), Ended> {
        self.say(&Question::Judge { rules, input })?;
        for _ in rules {
            answers.push(match self.reply(PATIENCE)? {
                Reply::Answer(answer) => Ok(answer),
                Reply::Failed(problem) => Err(problem),
                _ => return Err(self.ended()),
            });
        }
        Ok(())
    }

    /// Which lines a rule reaches.
    pub(super) fn reach(&mut self, rule: usize, input: &Value) -> Result<Vec<Reached>, Ended> {
        self.say(&Question::Reach { rule, input })?;
        match self.reply(PATIENCE)? {
            Reply::Reached(files) => Ok(files),
            _ => Err(self.ended()),
        }
    }

    /// What comes of a test.
    pub(super) fn try_test(&mut self, test: &UnitTest) -> Result<Tried, Ended> {
        self.say(&Question::Try(test))?;
        match self.reply(PATIENCE)? {
            Reply::Tried(tried) => Ok(tried),
            _ => Err(self.ended()),
        }
    }

    fn say(&mut self, line: &impl serde::Serialize) -> Result<(), Ended> {
        let said = serde_json::to_writer(&mut self.questions, line)
            .map_err(io::Error::from)
            .and_then(|()| self.questions.write_all(b"\n"))
            .and_then(|()| self.questions.flush());
        said.map_err(|_| self.ended())
    }

    fn reply(&mut self, patience: Duration) -> Result<Reply, Ended> {
        match self.replies.recv_timeout(patience) {
            Ok(line) if line.len() as u64 > MAX_REPLY => Err(Ended::TooMuch),
            // Where a process ends, so may its last line.
            Ok(line) => serde_json::from_slice(&line).map_err(|_| self.ended()),
            Err(RecvTimeoutError::Timeout) => Err(Ended::TooSlow),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    /// How the process ended, or is ended now.
    fn ended(&mut self) -> Ended {
        let words = self.last_words();
        if words.contains("memory allocation of") || words.contains("out of memory") {
            return Ended::Memory;
        }
        if words.contains("overflowed its stack") {
            return Ended::Stack;
        }
        if words.contains("panicked") {
            return Ended::Engine;
        }
        Ended::Otherwise(match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        })
    }

    /// What it said on standard error, once it has closed it.
    fn last_words(&mut self) -> String {
        let Some(stderr) = self.child.stderr.take() else {
            return String::new();
        };
        // Whoever still has it open has it no more.
        let _ = self.child.kill();
        let mut words = Vec::new();
        let _ = stderr.take(LAST_WORDS).read_to_end(&mut words);
        String::from_utf8_lossy(&words).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
