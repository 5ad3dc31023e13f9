//! The user's own rules, asked in a process apart about cases.

use std::collections::HashMap;
use std::path::Path;

use regorus::Value;

use super::coverage::Coverage;
use crate::evaluate::apart::{self, Apart, ApartError, Strikes};
use crate::evaluate::catalogue::{Catalogue, Questions, Rule};
use crate::evaluate::interpreter::{Answer, Given};
use crate::evaluate::judge::EvaluateError;
use crate::evaluate::pack::Sources;
use crate::evaluate::program::RunError;
use crate::evaluate::verdict::Answers;

/// The user's own rules of a catalogue.
pub(super) struct OwnRules<'a> {
    sources: &'a Sources,
    /// By the id of each, its place in what is set up.
    places: HashMap<&'a str, usize>,
    judging: Apart,
    /// Apart from the former, for what notes the lines is slower.
    reaching: Apart,
    listed: bool,
}

impl<'a> OwnRules<'a> {
    /// Those of a catalogue; none where there are none. `program` is this one.
    pub(super) fn of(catalogue: &'a Catalogue, program: &Path) -> Option<Self> {
        let sources = catalogue.own()?;
        let own: Vec<(&str, Questions)> = (catalogue.rules().iter())
            .filter_map(|rule| Some((rule.id.as_str(), rule.own.as_ref()?.asked.clone())))
            .collect();
        let places = own.iter().zip(0..).map(|((id, _), place)| (*id, place));
        let places: HashMap<&str, usize> = places.collect();
        let rules: Vec<Questions> = own.into_iter().map(|(_, asked)| asked).collect();
        let apart = |setup| Apart::new(program.to_owned(), setup, Strikes::none(places.len()));
        Some(Self {
            sources,
            judging: apart(apart::setup(sources, rules.clone())),
            reaching: apart(apart::setup_to_reach(sources, rules)),
            places,
            listed: false,
        })
    }

    /// What a rule says; none where it is no own rule.
    pub(super) fn answers<'b>(&'b mut self, rule: &Rule) -> Option<Box<dyn Answers + 'b>> {
        let place = *self.places.get(rule.id.as_str())?;
        Some(Box::new(AskingApart {
            apart: &mut self.judging,
            place,
            last: None,
        }))
    }

    /// Notes which lines a rule reaches over inputs.
    pub(super) fn reach(
        &mut self,
        rule: &Rule,
        inputs: &[Value],
        coverage: &mut Coverage,
    ) -> Result<(), EvaluateError> {
        if !std::mem::replace(&mut self.listed, true) {
            coverage.list(&mut self.sources.engine()?);
        }
        let Some(place) = self.places.get(rule.id.as_str()) else {
            return Ok(());
        };
        for input in inputs {
            coverage.note(self.reaching.reach(*place, input)?);
        }
        Ok(())
    }
}

/// A rule of a pack that is asked in a process apart.
struct AskingApart<'a> {
    apart: &'a mut Apart,
    place: usize,
    /// The input that was asked about last, and the answer.
    last: Option<(Value, Given)>,
}

impl AskingApart<'_> {
    fn answer(&mut self, input: &Value) -> &mut Given {
        let last = self.last.take().filter(|(asked, _)| asked == input);
        let last = last.unwrap_or_else(|| (input.clone(), Given(self.ask(input))));
        &mut self.last.insert(last).1
    }

    fn ask(&mut self, input: &Value) -> Result<Answer, RunError> {
        let asked = [(self.place, &input["params"])];
        let answers = self.apart.answers(&asked, input);
        let told = |error: ApartError| RunError::new(error.to_string());
        let nothing = || RunError::new("its process says nothing");
        answers.map_err(told)?.pop().ok_or_else(nothing)?
    }
}

impl Answers for AskingApart<'_> {
    fn is_not_applicable(&mut self, input: &Value) -> Result<bool, RunError> {
        self.answer(input).is_not_applicable(input)
    }

    fn denials(&mut self, input: &Value) -> Result<Vec<Value>, RunError> {
        self.answer(input).denials(input)
    }
}
