//! The syntax of a Metrics Insights query
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html>).

/// The longest query that CloudWatch takes (`MetricDataQuery`, `Expression`).
const MAX_LENGTH: usize = 2048;

/// A Metrics Insights query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) function: Function,
    pub(super) metric_name: String,
    pub(super) namespace: String,
    /// The dimensions that a metric must have, neither more nor fewer; none where any will do.
    pub(super) schema: Option<Vec<String>>,
    /// What the metrics must match, all of it; none where the filter is not understood.
    pub(super) filters: Option<Vec<Filter>>,
    pub(super) group_by: Vec<String>,
    /// Whether the series with the highest values come first.
    pub(super) highest_first: bool,
    pub(super) limited: bool,
}

/// How the observations of a period become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Avg,
    Count,
    Max,
    Min,
    Sum,
}

/// A condition on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) key: String,
    pub(super) equal: bool,
    pub(super) operand: Operand,
}

/// What a label is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Text(String),
    /// `CURRENT_ACCOUNT_ID()`
    CurrentAccount,
}

/// The text is no Metrics Insights query, or passes a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SyntaxError;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name or keyword without quotation marks.
    Bare(String),
    /// `"…"`
    Name(String),
    /// `'…'`
    Text(String),
    Symbol(char),
    NotEqual,
}

impl Query {
    /// Whether an expression is a query and not metric math.
    pub(super) fn is_one(expression: &str) -> bool {
        let word = expression.trim_start().get(..6);
        word.is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
    }

    /// Reads a query.
    pub(super) fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > MAX_LENGTH {
            return Err(SyntaxError);
        }
        let mut tokens = Tokens(tokens(text)?.into_iter().peekable());
        tokens.keyword("SELECT")?;
        let function = tokens.function()?;
        tokens.symbol('(')?;
        let metric_name = tokens.name()?;
        tokens.symbol(')')?;
        tokens.keyword("FROM")?;
        let (namespace, schema) = tokens.source()?;
        let filters = if tokens.take_keyword("WHERE") {
            tokens.filters()
        } else {
            Some(Vec::new())
        };
        if filters.is_none() {
            tokens.skip_to_clause();
        }
        let mut group_by = Vec::new();
        if tokens.take_keyword("GROUP") {
            tokens.keyword("BY")?;
            group_by.push(tokens.key()?);
            while tokens.take_symbol(',') {
                group_by.push(tokens.key()?);
            }
        }
        let mut highest_first = false;
        if tokens.take_keyword("ORDER") {
            tokens.keyword("BY")?;
            let by = tokens.function()?;
            tokens.symbol('(')?;
            tokens.symbol(')')?;
            let descending = tokens.take_keyword("DESC");
            if !descending {
                tokens.take_keyword("ASC");
            }
            highest_first =
                descending && matches!(by, Function::Max | Function::Sum | Function::Avg);
        }
        let limited = tokens.take_keyword("LIMIT");
        if limited {
            tokens.number()?;
        }
        if tokens.0.next().is_some() {
            return Err(SyntaxError);
        }
        Ok(Self {
            function,
            metric_name,
            namespace,
            schema,
            filters,
            group_by,
            highest_first,
            limited,
        })
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '"' | '\'' => {
                let mut quoted = String::new();
                loop {
                    match chars.next().ok_or(SyntaxError)? {
                        '\\' => quoted.push(chars.next().ok_or(SyntaxError)?),
                        end if end == c => break,
                        other => quoted.push(other),
                    }
                }
                tokens.push(if c == '"' {
                    Token::Name(quoted)
                } else {
                    Token::Text(quoted)
                });
            }
            '!' => {
                chars.next_if_eq(&'=').ok_or(SyntaxError)?;
                tokens.push(Token::NotEqual);
            }
            c if is_bare(c) => {
                let mut bare = String::from(c);
                while let Some(c) = chars.next_if(|c| is_bare(*c)) {
                    bare.push(c);
                }
                tokens.push(Token::Bare(bare));
            }
            c => tokens.push(Token::Symbol(c)),
        }
    }
    Ok(tokens)
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct Tokens(std::iter::Peekable<std::vec::IntoIter<Token>>);

impl Tokens {
    fn at_keyword(&mut self, keyword: &str) -> bool {
        matches!(self.0.peek(), Some(Token::Bare(word)) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let there = self.at_keyword(keyword);
        if there {
            self.0.next();
        }
        there
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        self.take_keyword(keyword).then_some(()).ok_or(SyntaxError)
    }

    fn take_symbol(&mut self, symbol: char) -> bool {
        self.0.next_if_eq(&Token::Symbol(symbol)).is_some()
    }

    fn symbol(&mut self, symbol: char) -> Result<(), SyntaxError> {
        self.take_symbol(symbol).then_some(()).ok_or(SyntaxError)
    }

    fn name(&mut self) -> Result<String, SyntaxError> {
        match self.0.next() {
            Some(Token::Bare(name) | Token::Name(name)) => Ok(name),
            _ => Err(SyntaxError),
        }
    }

    /// A label key: a dimension, `tag.KEY` or `AWS.AccountId`.
    fn key(&mut self) -> Result<String, SyntaxError> {
        let mut key = self.name()?;
        while self.take_symbol('.') {
            key.push('.');
            key.push_str(&self.name()?);
        }
        Ok(key)
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        const FUNCTIONS: [(&str, Function); 5] = [
            ("AVG", Function::Avg),
            ("COUNT", Function::Count),
            ("MAX", Function::Max),
            ("MIN", Function::Min),
            ("SUM", Function::Sum),
        ];
        let found = FUNCTIONS.iter().find(|(name, _)| self.take_keyword(name));
        found.map(|(_, function)| *function).ok_or(SyntaxError)
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        match self.0.next() {
            Some(Token::Bare(word)) if word.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
            _ => Err(SyntaxError),
        }
    }

    fn source(&mut self) -> Result<(String, Option<Vec<String>>), SyntaxError> {
        if !self.take_keyword("SCHEMA") {
            return Ok((self.name()?, None));
        }
        self.symbol('(')?;
        let namespace = self.name()?;
        let mut dimensions = Vec::new();
        while self.take_symbol(',') {
            dimensions.push(self.key()?);
        }
        self.symbol(')')?;
        Ok((namespace, Some(dimensions)))
    }

    /// The conditions of a WHERE clause; none where they are more than the documented `=`, `!=`
    /// and `AND`.
    fn filters(&mut self) -> Option<Vec<Filter>> {
        let mut filters = vec![self.filter()?];
        while self.take_keyword("AND") {
            filters.push(self.filter()?);
        }
        (self.0.peek().is_none() || self.at_clause()).then_some(filters)
    }

    fn filter(&mut self) -> Option<Filter> {
        let key = self.key().ok()?;
        let equal = match self.0.next()? {
            Token::Symbol('=') => true,
            Token::NotEqual => false,
            _ => return None,
        };
        let operand = match self.0.next()? {
            Token::Text(text) => Operand::Text(text),
            Token::Bare(word) if word.eq_ignore_ascii_case("CURRENT_ACCOUNT_ID") => {
                self.symbol('(').ok()?;
                self.symbol(')').ok()?;
                Operand::CurrentAccount
            }
            _ => return None,
        };
        Some(Filter {
            key,
            equal,
            operand,
        })
    }

    fn at_clause(&mut self) -> bool {
        ["GROUP", "ORDER", "LIMIT"]
            .into_iter()
            .any(|clause| self.at_keyword(clause))
    }

    fn skip_to_clause(&mut self) {
        while self.0.peek().is_some() && !self.at_clause() {
            self.0.next();
        }
    }
}
