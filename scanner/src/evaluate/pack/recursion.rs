//! Functions that call themselves: OPA refuses them, and regorus calls until the stack ends.

use std::collections::BTreeMap;

use super::PackError;
use super::calls;
use super::library::{Library, data_path, head_of, static_path};

/// Where a function is defined first, and the paths of what it calls.
struct Function<'a> {
    file: &'a str,
    line: u32,
    calls: Vec<Vec<String>>,
}

#[derive(PartialEq)]
enum Visit {
    Open,
    Done,
}

/// Refuses a function that calls itself, by way of whichever others.
pub(super) fn refuse(library: &Library) -> Result<(), PackError> {
    let functions = functions(library);
    let mut visits: BTreeMap<&[String], Visit> = BTreeMap::new();
    for start in functions.keys() {
        if visits.contains_key(start.as_slice()) {
            continue;
        }
        visits.insert(start, Visit::Open);
        let mut open: Vec<(&[String], usize)> = vec![(start, 0)];
        while let Some((path, next)) = open.last_mut() {
            let called = functions
                .get(*path)
                .and_then(|function| function.calls.get(*next));
            *next += 1;
            let Some(called) = called else {
                visits.insert(path, Visit::Done);
                open.pop();
                continue;
            };
            let Some(function) = functions.get(called) else {
                continue;
            };
            match visits.get(called.as_slice()) {
                Some(Visit::Done) => {}
                Some(Visit::Open) => {
                    let problem = format!("{} calls itself, as nothing may", data_path(called));
                    let line = function.line.into();
                    return Err(PackError::in_file(function.file, line, &problem));
                }
                None => {
                    visits.insert(called, Visit::Open);
                    open.push((called, 0));
                }
            }
        }
    }
    Ok(())
}

/// Everything that is defined, by its path below `data`.
fn functions(library: &Library) -> BTreeMap<Vec<String>, Function<'_>> {
    let mut functions: BTreeMap<Vec<String>, Function<'_>> = BTreeMap::new();
    for module in &library.modules {
        for rule in &module.ast.policy {
            let Some(name) = static_path(head_of(rule)) else {
                continue;
            };
            let path = module.package.iter().cloned().chain(name).collect();
            let function = functions.entry(path).or_insert_with(|| Function {
                file: &module.path,
                line: head_of(rule).span().line,
                calls: Vec::new(),
            });
            function.calls.extend(calls::of_rule(module, rule));
        }
    }
    functions
}
