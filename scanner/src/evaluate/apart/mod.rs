//! Rules of the user's own, judged in a process of their own.
//!
//! Whoever wrote them may want the scan to fail, and no interpreter holds out against all text: a
//! call of a function may fill the memory, or compare for years. So such rules run in a child of this
//! program that has neither its environment nor its files, only so much memory, and that is ended
//! where it does not answer in time. That costs the rule and the subject in question; the next
//! child goes on with the rest.

mod process;
mod protocol;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use regorus::Value;
use thiserror::Error;

use self::process::{Ended, Process};
use super::catalogue::Questions;
use super::interpreter::Answer;
use super::pack::Sources;
use super::program::RunError;
use super::trial::{Reached, Tried, UnitTest};

pub(super) use self::protocol::Setup;
pub use self::worker::{COMMAND, serve};

/// After so many subjects on which it passed its bounds, a rule is not run again.
const STRIKES: u32 = 3;

/// Why rules cannot be judged in a process of their own.
#[derive(Debug, Error)]
pub enum ApartError {
    /// The process does not start.
    #[error("cannot judge rules of --policies apart: {0}; free some memory and processes")]
    Start(std::io::Error),
    /// It starts and does not get ready.
    #[error("cannot judge rules of --policies apart: {0}; please report this with them")]
    Setup(String),
}

/// The rules of a pack, each with what it is asked, and the process that judges them.
pub(super) struct Apart {
    program: PathBuf,
    setup: Arc<Setup>,
    process: Option<Process>,
    strikes: Arc<Strikes>,
}

/// By rule, on how many subjects it passed its bounds, in whichever thread.
#[derive(Debug)]
pub(super) struct Strikes(Vec<AtomicU32>);

impl Strikes {
    /// None yet, of so many rules.
    pub(super) fn none(rules: usize) -> Arc<Self> {
        Arc::new(Self((0..rules).map(|_| AtomicU32::new(0)).collect()))
    }

    fn add(&self, rule: usize) {
        if let Some(had) = self.0.get(rule) {
            had.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn are_enough(&self, rule: usize) -> bool {
        let had = self.0.get(rule);
        had.is_some_and(|had| had.load(Ordering::Relaxed) >= STRIKES)
    }
}

impl Apart {
    /// Rules that `program`, this one, is to judge; it is not started yet.
    pub(super) fn new(program: PathBuf, setup: Arc<Setup>, strikes: Arc<Strikes>) -> Self {
        Self {
            program,
            setup,
            process: None,
            strikes,
        }
    }

    /// What rules, each given as its place in the setup and its parameters, say of an input.
    pub(super) fn answers(
        &mut self,
        rules: &[(usize, &Value)],
        input: &Value,
    ) -> Result<Vec<Result<Answer, RunError>>, ApartError> {
        let mut answers = Vec::with_capacity(rules.len());
        while let Some(open) = rules.get(answers.len()..).filter(|open| !open.is_empty()) {
            // Up to the next that is not to be run again.
            let mut rules_to_run = open.iter().map(|(rule, _)| *rule);
            let end = rules_to_run.position(|rule| self.strikes.are_enough(rule));
            let run = open.get(..end.unwrap_or(open.len())).unwrap_or_default();
            if run.is_empty() {
                answers.push(Err(RunError::new(format!(
                    "not run again: it passed its bounds on {STRIKES} subjects"
                ))));
                continue;
            }
            let asked_before = answers.len();
            let ended = self.process()?.judge(run, input, &mut answers);
            let new = rules.iter().zip(&answers).skip(asked_before);
            for ((rule, _), answer) in new {
                if answer.as_ref().is_err_and(RunError::is_bound) {
                    self.strikes.add(*rule);
                }
            }
            match ended {
                Ok(()) => {}
                Err(ended) => {
                    self.process = None;
                    if let Some((culprit, _)) = rules.get(answers.len()) {
                        self.strikes.add(*culprit);
                    }
                    answers.push(Err(RunError::new(told(&ended))));
                }
            }
        }
        Ok(answers)
    }

    /// Which lines a rule, given as its place in the setup, reaches over an input, where it comes to
    /// an end.
    pub(super) fn reach(&mut self, rule: usize, input: &Value) -> Result<Vec<Reached>, ApartError> {
        let reached = self.process()?.reach(rule, input);
        if reached.is_err() {
            self.process = None;
        }
        Ok(reached.unwrap_or_default())
    }

    /// What comes of a test.
    pub(super) fn try_test(
        &mut self,
        test: &UnitTest,
    ) -> Result<Result<Tried, RunError>, ApartError> {
        let tried = self.process()?.try_test(test);
        if tried.is_err() {
            self.process = None;
        }
        Ok(tried.map_err(|ended| RunError::new(told(&ended))))
    }

    fn process(&mut self) -> Result<&mut Process, ApartError> {
        Ok(match &mut self.process {
            Some(process) => process,
            empty => empty.insert(Process::start(&self.program, &self.setup)?),
        })
    }
}

/// What is prepared once for the processes of all threads.
pub(super) fn setup(sources: &Sources, rules: Vec<Questions>) -> Arc<Setup> {
    let modules = sources.modules.iter();
    Arc::new(Setup {
        modules: modules
            .map(|module| (module.path.clone(), module.text.clone()))
            .collect(),
        data: sources.data.clone(),
        rules,
        coverage: false,
    })
}

/// What is prepared for a process that notes which lines rules reach.
pub(super) fn setup_to_reach(sources: &Sources, rules: Vec<Questions>) -> Arc<Setup> {
    let setup = Arc::unwrap_or_clone(setup(sources, rules));
    Arc::new(Setup {
        coverage: true,
        ..setup
    })
}

/// What is prepared for a process that runs the tests of a pack.
pub(super) fn setup_to_try(sources: &Sources) -> Arc<Setup> {
    let mut setup = Arc::unwrap_or_clone(setup_to_reach(sources, Vec::new()));
    let tests = sources.tests.iter();
    (setup.modules).extend(tests.map(|test| (test.path.clone(), test.text.clone())));
    Arc::new(setup)
}

fn told(ended: &Ended) -> String {
    match ended {
        Ended::TooSlow => format!("stopped: it ran for over {} s", process::PATIENCE.as_secs()),
        Ended::TooMuch => format!(
            "stopped: what it found is over {} MiB",
            process::MAX_REPLY >> 20
        ),
        Ended::Memory => format!(
            "stopped: it asked for over {} MiB of memory",
            worker::MEMORY >> 20
        ),
        Ended::Stack => "stopped: it went too deep for the stack".to_owned(),
        Ended::Engine => {
            "the Rego engine failed on it; please report this with the rule".to_owned()
        }
        Ended::Otherwise(how) => format!("stopped: its process ended ({how})"),
    }
}
