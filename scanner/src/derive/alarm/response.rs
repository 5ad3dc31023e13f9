//! How a number that CloudWatch computes depends on the value that Route 53 reports.

use std::cmp::Ordering;

/// More pieces than any sensible expression has.
const MAX_PIECES: usize = 64;

/// A number as a function of one metric's value: affine pieces over the whole numbers from zero.
///
/// A piece without a line is where there is no number, that is, a missing data point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Response(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// The least value at which the piece holds.
    from: f64,
    line: Option<Line>,
}

/// `slope` × value + `intercept`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    slope: f64,
    intercept: f64,
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn holds(self, difference: Ordering) -> bool {
        match self {
            Self::Equal => difference.is_eq(),
            Self::NotEqual => difference.is_ne(),
            Self::Less => difference.is_lt(),
            Self::LessOrEqual => difference.is_le(),
            Self::Greater => difference.is_gt(),
            Self::GreaterOrEqual => difference.is_ge(),
        }
    }
}

/// The function is none that a [`Response`] can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inexpressible;

type Outcome = Result<Response, Inexpressible>;

impl Line {
    fn constant(value: f64) -> Self {
        Self {
            slope: 0.0,
            intercept: value,
        }
    }

    fn truth(value: bool) -> Self {
        Self::constant(if value { 1.0 } else { 0.0 })
    }

    fn at(self, value: f64) -> f64 {
        self.slope * value + self.intercept
    }

    fn is_constant(self) -> bool {
        self.slope == 0.0
    }

    /// The sign of the line over the whole numbers: each stretch from where it begins.
    fn signs(self) -> Vec<(f64, Ordering)> {
        let sign = |number: f64| number.partial_cmp(&0.0).unwrap_or(Ordering::Equal);
        if self.is_constant() {
            return vec![(f64::NEG_INFINITY, sign(self.intercept))];
        }
        let before = sign(self.slope).reverse();
        let root = snap(-self.intercept / self.slope);
        let whole = root.ceil();
        let mut signs = vec![(f64::NEG_INFINITY, before)];
        if whole == root {
            signs.push((root, Ordering::Equal));
            signs.push((root + 1.0, before.reverse()));
        } else {
            signs.push((whole, before.reverse()));
        }
        signs
    }
}

/// The whole number that was meant where rounding errors put a number beside it.
fn snap(number: f64) -> f64 {
    let whole = number.round();
    if (number - whole).abs() <= 1e-9 * whole.abs().max(1.0) {
        whole
    } else {
        number
    }
}

impl Response {
    /// The same number whatever the metric's value.
    pub(super) fn constant(value: f64) -> Self {
        Self::of(Some(Line::constant(value)))
    }

    /// No number whatever the metric's value.
    pub(super) fn missing() -> Self {
        Self::of(None)
    }

    /// The metric's value times a factor.
    pub(super) fn proportional(factor: f64) -> Self {
        Self::of(Some(Line {
            slope: factor,
            intercept: 0.0,
        }))
    }

    fn of(line: Option<Line>) -> Self {
        Self(vec![Piece { from: 0.0, line }])
    }

    /// The number at a value of the metric.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        let piece = self.0.iter().rev().find(|piece| piece.from <= value)?;
        piece.line.map(|line| line.at(value))
    }

    /// Whether the number is the same at every value.
    pub(super) fn is_constant(&self) -> bool {
        match self.0.as_slice() {
            [only] => only.line.is_none_or(Line::is_constant),
            _ => false,
        }
    }

    /// The least value of the metric at which a comparison holds.
    pub(super) fn first_true(&self) -> Option<f64> {
        let truth = |piece: &&Piece| piece.line.is_some_and(|line| line.at(piece.from) != 0.0);
        self.0.iter().find(truth).map(|piece| piece.from)
    }

    /// Both numbers put together by an operation on lines.
    ///
    /// Where one of them is missing, `absent` stands for it; where both are, so is the result.
    fn zip(
        &self,
        other: &Self,
        absent: Option<f64>,
        mut combine: impl FnMut(Line, Line) -> Result<Vec<(f64, Option<Line>)>, Inexpressible>,
    ) -> Outcome {
        let absent = absent.map(Line::constant);
        self.align(other, |left, right| {
            let both_missing = left.is_none() && right.is_none();
            match (left.or(absent), right.or(absent)) {
                (Some(left), Some(right)) if !both_missing => combine(left, right),
                _ => everywhere(None),
            }
        })
    }

    fn align(
        &self,
        other: &Self,
        mut combine: impl FnMut(
            Option<Line>,
            Option<Line>,
        ) -> Result<Vec<(f64, Option<Line>)>, Inexpressible>,
    ) -> Outcome {
        let mut starts: Vec<f64> = self
            .0
            .iter()
            .chain(&other.0)
            .map(|piece| piece.from)
            .collect();
        starts.sort_by(f64::total_cmp);
        starts.dedup();
        let mut pieces: Vec<Piece> = Vec::with_capacity(starts.len());
        let ends = starts.iter().skip(1).copied().chain([f64::INFINITY]);
        for (start, end) in starts.iter().copied().zip(ends) {
            let combined = combine(self.line_at(start), other.line_at(start))?;
            for (from, line) in combined {
                let from = from.max(start);
                if from >= end {
                    continue;
                }
                if let Some(line) = line
                    && !(line.slope.is_finite() && line.intercept.is_finite())
                {
                    return Err(Inexpressible);
                }
                match pieces.last_mut() {
                    Some(last) if last.from == from => last.line = line,
                    Some(last) if last.line == line => {}
                    _ => pieces.push(Piece { from, line }),
                }
            }
            if pieces.len() > MAX_PIECES {
                return Err(Inexpressible);
            }
        }
        Ok(Self(pieces))
    }

    fn line_at(&self, value: f64) -> Option<Line> {
        let piece = self.0.iter().rev().find(|piece| piece.from <= value)?;
        piece.line
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right| {
            everywhere(Some(Line {
                slope: left.slope + right.slope,
                intercept: left.intercept + right.intercept,
            }))
        })
    }

    /// The product; one factor must be constant.
    pub(super) fn times(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right| {
            let (factor, line) = match (left.is_constant(), right.is_constant()) {
                (true, _) => (left.intercept, right),
                (_, true) => (right.intercept, left),
                _ => return Err(Inexpressible),
            };
            everywhere(Some(Line {
                slope: line.slope * factor,
                intercept: line.intercept * factor,
            }))
        })
    }

    /// The quotient; the divisor must be constant. Division by zero drops the data point.
    pub(super) fn over(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right| {
            if !right.is_constant() {
                return Err(Inexpressible);
            }
            let divisor = right.intercept;
            everywhere((divisor != 0.0).then(|| Line {
                slope: left.slope / divisor,
                intercept: left.intercept / divisor,
            }))
        })
    }

    /// The greater of both.
    pub(super) fn greater(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.choose(other, absent, Ordering::Less)
    }

    /// The lesser of both.
    pub(super) fn lesser(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.choose(other, absent, Ordering::Greater)
    }

    /// The right number where the left compares to it as `right_if` says, else the left.
    fn choose(&self, other: &Self, absent: Option<f64>, right_if: Ordering) -> Outcome {
        self.zip(other, absent, |left, right| {
            let difference = difference(left, right);
            let choices = difference.signs().into_iter();
            Ok(choices
                .map(|(from, sign)| (from, Some(if sign == right_if { right } else { left })))
                .collect())
        })
    }

    /// 1 where the comparison holds, 0 where it does not.
    pub(super) fn compare(&self, how: Comparison, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right| {
            let signs = difference(left, right).signs().into_iter();
            Ok(signs
                .map(|(from, sign)| (from, Some(Line::truth(how.holds(sign)))))
                .collect())
        })
    }

    /// `then` where this number is not zero, `otherwise` where it is, nothing where it is missing.
    ///
    /// Where `then` is to be taken and missing, the result is `absent`.
    pub(super) fn select(&self, then: &Self, otherwise: &Self, absent: Option<f64>) -> Outcome {
        let truth = self.compare(Comparison::NotEqual, &Self::constant(0.0), None)?;
        let absent = absent.map(Line::constant);
        let holds =
            |truth: Option<Line>, wanted: f64| truth.is_some_and(|line| line.intercept == wanted);
        let chosen = truth.align(then, |truth, then| {
            everywhere(then.or(absent).filter(|_| holds(truth, 1.0)))
        })?;
        let left = truth.align(otherwise, |truth, otherwise| {
            everywhere(otherwise.filter(|_| holds(truth, 0.0)))
        })?;
        chosen.or_else(&left)
    }

    /// This number, or `filler` where it is missing.
    pub(super) fn or_else(&self, filler: &Self) -> Outcome {
        self.align(filler, |line, filler| everywhere(line.or(filler)))
    }

    /// Rounded by a function that leaves whole numbers as they are.
    pub(super) fn rounded(&self, round: fn(f64) -> f64) -> Outcome {
        let whole = |number: f64| number.fract() == 0.0;
        self.align(&Self::missing(), |line, _| {
            let line = match line {
                Some(line) if line.is_constant() => Some(Line::constant(round(line.intercept))),
                Some(line) if !(whole(line.slope) && whole(line.intercept)) => {
                    return Err(Inexpressible);
                }
                line => line,
            };
            everywhere(line)
        })
    }
}

fn everywhere(line: Option<Line>) -> Result<Vec<(f64, Option<Line>)>, Inexpressible> {
    Ok(vec![(f64::NEG_INFINITY, line)])
}

fn difference(left: Line, right: Line) -> Line {
    Line {
        slope: left.slope - right.slope,
        intercept: left.intercept - right.intercept,
    }
}
