//! The syntax of metric math
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>).

use super::response::Comparison;

/// The longest expression that CloudWatch takes (`MetricDataQuery`, `Expression`).
const MAX_LENGTH: usize = 2048;
/// Deeper than any sensible expression; it bounds every walk over the tree.
const MAX_DEPTH: u32 = 64;

/// A metric-math expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expression {
    pub(super) node: Node,
    depth: u32,
}

/// One step of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Text(String),
    /// The id of a query.
    Id(String),
    Array(Vec<Expression>),
    Negate(Box<Expression>),
    Binary(Operator, Box<[Expression; 2]>),
    /// A function, or a keyword such as `REPEAT`, which has no arguments.
    Call(String, Vec<Expression>),
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Compare(Comparison),
    And,
    Or,
}

/// The text is no metric math, or passes a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SyntaxError;

type Parsed = Result<Expression, SyntaxError>;

impl Expression {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Parsed {
        if text.len() > MAX_LENGTH {
            return Err(SyntaxError);
        }
        let mut parser = Parser {
            rest: text,
            nesting: 0,
        };
        let expression = parser.disjunction()?;
        parser.skip_space();
        if parser.rest.is_empty() {
            Ok(expression)
        } else {
            Err(SyntaxError)
        }
    }

    /// Visits the expression and all in it.
    pub(super) fn visit(&self, visitor: &mut impl FnMut(&Node)) {
        visitor(&self.node);
        match &self.node {
            Node::Number(_) | Node::Text(_) | Node::Id(_) => {}
            Node::Array(items) | Node::Call(_, items) => {
                items.iter().for_each(|item| item.visit(visitor));
            }
            Node::Negate(operand) => operand.visit(visitor),
            Node::Binary(_, operands) => {
                operands.iter().for_each(|operand| operand.visit(visitor));
            }
        }
    }

    fn leaf(node: Node) -> Parsed {
        Ok(Self { node, depth: 1 })
    }

    fn above<'a>(node: Node, below: impl IntoIterator<Item = &'a u32>) -> Parsed {
        let depth = below.into_iter().max().copied().unwrap_or(0) + 1;
        if depth > MAX_DEPTH {
            return Err(SyntaxError);
        }
        Ok(Self { node, depth })
    }

    fn binary(operator: Operator, left: Self, right: Self) -> Parsed {
        let depths = [left.depth, right.depth];
        Self::above(Node::Binary(operator, Box::new([left, right])), &depths)
    }

    fn negation(operand: Self) -> Parsed {
        let depths = [operand.depth];
        Self::above(Node::Negate(Box::new(operand)), &depths)
    }

    fn list(items: Vec<Self>, node: impl FnOnce(Vec<Self>) -> Node) -> Parsed {
        let depths: Vec<u32> = items.iter().map(|item| item.depth).collect();
        Self::above(node(items), &depths)
    }
}

struct Parser<'a> {
    rest: &'a str,
    nesting: u32,
}

impl<'a> Parser<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, symbol: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take(symbol) {
            Ok(())
        } else {
            Err(SyntaxError)
        }
    }

    /// Takes a word that is not the beginning of a longer one.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(word) {
            Some(rest) if !rest.starts_with(is_word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn disjunction(&mut self) -> Parsed {
        let mut left = self.conjunction()?;
        while self.take("||") || self.take_word("OR") {
            left = Expression::binary(Operator::Or, left, self.conjunction()?)?;
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed {
        let mut left = self.comparison()?;
        while self.take("&&") || self.take_word("AND") {
            left = Expression::binary(Operator::And, left, self.comparison()?)?;
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed {
        const SIGNS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let left = self.sum()?;
        match SIGNS.iter().find(|(sign, _)| self.take(sign)) {
            Some((_, how)) => Expression::binary(Operator::Compare(*how), left, self.sum()?),
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                Operator::Add
            } else if self.take("-") {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Expression::binary(operator, left, self.product()?)?;
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.unary()?;
        loop {
            let operator = if self.take("*") {
                Operator::Multiply
            } else if self.take("/") {
                Operator::Divide
            } else {
                return Ok(left);
            };
            left = Expression::binary(operator, left, self.unary()?)?;
        }
    }

    fn unary(&mut self) -> Parsed {
        if !self.take("-") {
            let base = self.primary()?;
            return if self.take("^") {
                let exponent = self.nested(Self::unary)?;
                Expression::binary(Operator::Power, base, exponent)
            } else {
                Ok(base)
            };
        }
        let operand = self.nested(Self::unary)?;
        Expression::negation(operand)
    }

    fn nested(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(SyntaxError);
        }
        let parsed = parse(self)?;
        self.nesting -= 1;
        Ok(parsed)
    }

    fn primary(&mut self) -> Parsed {
        self.skip_space();
        match self.rest.chars().next().ok_or(SyntaxError)? {
            '(' => {
                self.expect("(")?;
                let inner = self.nested(Self::disjunction)?;
                self.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.expect("[")?;
                let items = self.arguments("]")?;
                Expression::list(items, Node::Array)
            }
            quote @ ('"' | '\'') => self.text(quote),
            c if c.is_ascii_digit() || c == '.' => self.number(),
            c if c.is_ascii_lowercase() => {
                Expression::leaf(Node::Id(self.take_while(is_word).to_owned()))
            }
            c if c.is_ascii_uppercase() => {
                let name = self.take_while(is_word).to_owned();
                let arguments = if self.take("(") {
                    self.arguments(")")?
                } else {
                    Vec::new()
                };
                Expression::list(arguments, |arguments| Node::Call(name, arguments))
            }
            _ => Err(SyntaxError),
        }
    }

    fn arguments(&mut self, close: &str) -> Result<Vec<Expression>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.take(close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.nested(Self::disjunction)?);
            if self.take(close) {
                return Ok(arguments);
            }
            self.expect(",")?;
        }
    }

    fn text(&mut self, quote: char) -> Parsed {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = self.rest.get(at + 1..).ok_or(SyntaxError)?;
                return Expression::leaf(Node::Text(text));
            }
            text.push(match c {
                '\\' => chars.next().ok_or(SyntaxError)?.1,
                c => c,
            });
        }
        Err(SyntaxError)
    }

    fn number(&mut self) -> Parsed {
        let digits = self.take_while(|c| c.is_ascii_digit() || c == '.');
        if self.rest.starts_with(is_word) {
            return Err(SyntaxError);
        }
        let number: f64 = digits.parse().map_err(|_| SyntaxError)?;
        if number.is_finite() {
            Expression::leaf(Node::Number(number))
        } else {
            Err(SyntaxError)
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
