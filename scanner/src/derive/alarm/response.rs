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

/// The part of a function that is being made, from a value up to another.
struct Stretch<'a> {
    pieces: &'a mut Vec<Piece>,
    start: f64,
    end: f64,
}

impl Stretch<'_> {
    /// The line over all of the stretch.
    fn put(&mut self, line: Option<Line>) -> Result<(), Inexpressible> {
        self.put_from(f64::NEG_INFINITY, line)
    }

    /// The line from a value on, in place of what was put there before.
    fn put_from(&mut self, from: f64, line: Option<Line>) -> Result<(), Inexpressible> {
        let from = from.max(self.start);
        if from >= self.end {
            return Ok(());
        }
        if line.is_some_and(|line| !(line.slope.is_finite() && line.intercept.is_finite())) {
            return Err(Inexpressible);
        }
        match self.pieces.last_mut() {
            Some(last) if last.from == from => last.line = line,
            Some(last) if last.line == line => {}
            _ => self.pieces.push(Piece { from, line }),
        }
        Ok(())
    }
}

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

    /// The sign of the line over the whole numbers, and from where on it holds.
    fn signs(self) -> [(f64, Ordering); 3] {
        let sign = |number: f64| number.partial_cmp(&0.0).unwrap_or(Ordering::Equal);
        if self.is_constant() {
            return [(f64::NEG_INFINITY, sign(self.intercept)); 3];
        }
        let before = sign(self.slope).reverse();
        let root = snap(-self.intercept / self.slope);
        let whole = root.ceil();
        let (at, after) = if whole == root {
            (Ordering::Equal, root + 1.0)
        } else {
            (before.reverse(), whole)
        };
        [
            (f64::NEG_INFINITY, before),
            (whole, at),
            (after, before.reverse()),
        ]
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
        mut combine: impl FnMut(Line, Line, &mut Stretch<'_>) -> Result<(), Inexpressible>,
    ) -> Outcome {
        let absent = absent.map(Line::constant);
        self.align(other, |left, right, stretch| {
            let both_missing = left.is_none() && right.is_none();
            match (left.or(absent), right.or(absent)) {
                (Some(left), Some(right)) if !both_missing => combine(left, right, stretch),
                _ => stretch.put(None),
            }
        })
    }

    /// Both numbers put together, over each stretch in which both have one line or none.
    fn align(
        &self,
        other: &Self,
        mut combine: impl FnMut(
            Option<Line>,
            Option<Line>,
            &mut Stretch<'_>,
        ) -> Result<(), Inexpressible>,
    ) -> Outcome {
        let mut pieces = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let (mut left_line, mut right_line) = (None, None);
        let mut start = 0.0;
        loop {
            if let Some(piece) = left.next_if(|piece| piece.from <= start) {
                left_line = piece.line;
            }
            if let Some(piece) = right.next_if(|piece| piece.from <= start) {
                right_line = piece.line;
            }
            let next = |piece: Option<&&Piece>| piece.map_or(f64::INFINITY, |piece| piece.from);
            let end = next(left.peek()).min(next(right.peek()));
            let mut stretch = Stretch {
                pieces: &mut pieces,
                start,
                end,
            };
            combine(left_line, right_line, &mut stretch)?;
            if pieces.len() > MAX_PIECES {
                return Err(Inexpressible);
            }
            if end == f64::INFINITY {
                pieces.dedup_by(|next, kept| next.line == kept.line);
                return Ok(Self(pieces));
            }
            start = end;
        }
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right, stretch| {
            stretch.put(Some(Line {
                slope: left.slope + right.slope,
                intercept: left.intercept + right.intercept,
            }))
        })
    }

    /// The product; one factor must be constant.
    pub(super) fn times(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right, stretch| {
            let (factor, line) = match (left.is_constant(), right.is_constant()) {
                (true, _) => (left.intercept, right),
                (_, true) => (right.intercept, left),
                _ => return Err(Inexpressible),
            };
            stretch.put(Some(Line {
                slope: line.slope * factor,
                intercept: line.intercept * factor,
            }))
        })
    }

    /// The quotient; the divisor must be constant. Division by zero drops the data point.
    pub(super) fn over(&self, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right, stretch| {
            if !right.is_constant() {
                return Err(Inexpressible);
            }
            let divisor = right.intercept;
            stretch.put((divisor != 0.0).then(|| Line {
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
        self.zip(other, absent, |left, right, stretch| {
            difference(left, right)
                .signs()
                .into_iter()
                .try_for_each(|(from, sign)| {
                    stretch.put_from(from, Some(if sign == right_if { right } else { left }))
                })
        })
    }

    /// 1 where the comparison holds, 0 where it does not.
    pub(super) fn compare(&self, how: Comparison, other: &Self, absent: Option<f64>) -> Outcome {
        self.zip(other, absent, |left, right, stretch| {
            difference(left, right)
                .signs()
                .into_iter()
                .try_for_each(|(from, sign)| {
                    stretch.put_from(from, Some(Line::truth(how.holds(sign))))
                })
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
        let chosen = truth.align(then, |truth, then, stretch| {
            stretch.put(then.or(absent).filter(|_| holds(truth, 1.0)))
        })?;
        let left = truth.align(otherwise, |truth, otherwise, stretch| {
            stretch.put(otherwise.filter(|_| holds(truth, 0.0)))
        })?;
        chosen.or_else(&left)
    }

    /// This number, or `filler` where it is missing.
    pub(super) fn or_else(&self, filler: &Self) -> Outcome {
        self.align(filler, |line, filler, stretch| stretch.put(line.or(filler)))
    }

    /// Rounded by a function that leaves whole numbers as they are.
    pub(super) fn rounded(&self, round: fn(f64) -> f64) -> Outcome {
        let whole = |number: f64| number.fract() == 0.0;
        self.align(&Self::missing(), |line, _, stretch| {
            let line = match line {
                Some(line) if line.is_constant() => Some(Line::constant(round(line.intercept))),
                Some(line) if !(whole(line.slope) && whole(line.intercept)) => {
                    return Err(Inexpressible);
                }
                line => line,
            };
            stretch.put(line)
        })
    }
}

fn difference(left: Line, right: Line) -> Line {
    Line {
        slope: left.slope - right.slope,
        intercept: left.intercept - right.intercept,
    }
}
