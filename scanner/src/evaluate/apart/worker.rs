//! The process that judges, as it sees itself.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, channel};

use regorus::Value;

use super::protocol::{Asked, Reply, Setup};
use crate::evaluate::catalogue::Questions;
use crate::evaluate::interpreter::Interpreter;
use crate::evaluate::pack::{Sources, Text};
use crate::evaluate::program::RunError;

/// The subcommand that is this process; people do not call it.
pub const COMMAND: &str = "judge-apart";

/// What rules may ask of memory beyond what the process has when it begins, in bytes.
pub(super) const MEMORY: u64 = 512 << 20;

/// The stack of the thread that judges, in bytes.
const STACK: usize = 256 << 20;

/// Reads questions from standard input and writes answers to standard output, until the first
/// ends.
///
/// # Errors
/// Where a thread cannot be started.
pub fn serve() -> io::Result<Infallible> {
    let (sender, lines) = channel();
    std::thread::Builder::new()
        .name("judge".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            judge(&lines);
            // Without it, nobody answers.
            std::process::exit(1);
        })?;
    for line in io::stdin().lock().split(b'\n') {
        let Ok(line) = line else { break };
        if sender.send(line).is_err() {
            break;
        }
    }
    // Nobody asks any more: what still runs is of no use.
    std::process::exit(0);
}

fn judge(lines: &Receiver<Vec<u8>>) {
    bound_memory();
    let Ok(line) = lines.recv() else { return };
    let Ok(setup) = serde_json::from_slice::<Setup>(&line) else {
        return;
    };
    let sources = Sources {
        modules: (setup.modules.into_iter())
            .map(|(path, text)| Text {
                path,
                folders: Vec::new(),
                text,
            })
            .collect(),
        tests: Vec::new(),
        cases: Vec::new(),
        data: setup.data,
    };
    let interpreter = match setup.coverage {
        true => Interpreter::with_coverage(&sources),
        false => Interpreter::new(&sources),
    };
    let mut interpreter = match interpreter {
        Ok(interpreter) => interpreter,
        Err(error) => {
            let _ = say(&Reply::Failed(RunError::new(error.to_string())));
            return;
        }
    };
    if say(&Reply::Ready).is_none() {
        return;
    }
    while let Ok(line) = lines.recv() {
        let Ok(question) = serde_json::from_slice::<Asked>(&line) else {
            return;
        };
        // Where it panics, nobody knows in which state the interpreter was left.
        let answering = AssertUnwindSafe(|| answer(&mut interpreter, &setup.rules, question));
        if !matches!(catch_unwind(answering), Ok(Some(()))) {
            return;
        }
    }
}

/// Answers a question, where it is one of this setup.
fn answer(interpreter: &mut Interpreter, rules: &[Questions], question: Asked) -> Option<()> {
    match question {
        Asked::Judge { rules: run, input } => {
            for (rule, params) in &run {
                let mut input: BTreeMap<Value, Value> = input
                    .iter()
                    .map(|(name, value)| (Value::from(name.as_str()), value.clone()))
                    .collect();
                input.insert(Value::from("params"), params.clone());
                let answer = interpreter.answer(rules.get(*rule)?, Value::from(input));
                say(&match answer {
                    Ok(answer) => Reply::Answer(answer),
                    Err(error) => Reply::Failed(error),
                })?;
            }
            Some(())
        }
        Asked::Reach { rule, input } => {
            say(&Reply::Reached(interpreter.reach(rules.get(rule)?, input)))
        }
        Asked::Try(test) => say(&Reply::Tried(interpreter.try_test(&test))),
    }
}

/// Says it, where someone hears.
fn say(reply: &Reply) -> Option<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, reply).ok()?;
    out.write_all(b"\n").ok()?;
    out.flush().ok()
}

/// Lets this process have as much memory as it has now and 512 MiB more; an allocation beyond that ends
/// it.
#[cfg(target_os = "linux")]
fn bound_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Of pages, the first number; <https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html>.
    let pages: Option<u64> = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    let page = rustix::param::page_size() as u64;
    let limit = pages
        .unwrap_or_default()
        .saturating_mul(page)
        .saturating_add(MEMORY);
    let _ = setrlimit(
        Resource::As,
        Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        },
    );
}

/// Elsewhere than on Linux, the address space of a process cannot be bounded.
#[cfg(not(target_os = "linux"))]
fn bound_memory() {}
