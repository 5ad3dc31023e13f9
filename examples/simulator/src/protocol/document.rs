//! What a service answers, before any protocol.

use jiff::Timestamp;

/// A value of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Document {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Blob(Vec<u8>),
    Instant(Timestamp),
    List {
        /// The name of the elements in XML; other protocols have none.
        element: &'static str,
        items: Vec<Self>,
    },
    Structure(Structure),
}

impl Document {
    /// A list whose elements XML calls `member`, as most of AWS does.
    pub(crate) fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list_of("member", items)
    }

    /// A list with elements of a name of their own.
    pub(crate) fn list_of<T: Into<Self>>(
        element: &'static str,
        items: impl IntoIterator<Item = T>,
    ) -> Self {
        Self::List {
            element,
            items: items.into_iter().map(Into::into).collect(),
        }
    }
}

/// The members of a structure, in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Structure(Vec<(&'static str, Document)>);

impl Structure {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The structure with one more member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Document>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The structure with one more member, if there is a value for it.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Document>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn members(&self) -> &[(&'static str, Document)] {
        &self.0
    }
}

impl From<bool> for Document {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Document {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Document {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Document {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Document {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Document {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Timestamp> for Document {
    fn from(value: Timestamp) -> Self {
        Self::Instant(value)
    }
}

impl From<Structure> for Document {
    fn from(value: Structure) -> Self {
        Self::Structure(value)
    }
}
