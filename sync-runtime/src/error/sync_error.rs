//! What a handler returns when it refuses.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::error::codes::status_of;

/// A refusal: a code, its parameters and an HTTP status; never a sentence.
///
/// Written with [`error!`](macro@crate::error), so that the generator finds every code of the app.
///
/// # Examples
///
/// ```
/// let refused = sync::error!("chess-not-your-turn", turn = "white").status(409);
/// assert_eq!(refused.code(), "chess-not-your-turn");
/// assert_eq!(refused.params()["turn"], "white");
/// assert_eq!(refused.http_status(), 409);
/// ```
#[derive(Clone, PartialEq)]
pub struct SyncError {
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq)]
pub(super) struct Inner {
    pub(super) code: &'static str,
    pub(super) status: u16,
    pub(super) params: BTreeMap<Cow<'static, str>, Value>,
    // For the sentence alone: what a code without parameters is about.
    pub(super) subject: Option<Cow<'static, str>>,
}

impl From<Inner> for SyncError {
    fn from(inner: Inner) -> Self {
        Self { inner: Box::new(inner) }
    }
}

impl SyncError {
    /// Creates an error from its code, with the status of that code ([`status_of`]).
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { inner: Box::new(Inner { code, status: status_of(code), params: BTreeMap::new(), subject: None }) }
    }

    /// Creates the error for an input that is wrong at `path` (in wire names, `tags[1].weight`; empty for the input itself).
    ///
    /// `reason` is a token such as `missing`, on which the sentence selects. The value itself is never part of it.
    #[must_use]
    pub fn invalid_input(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid("sync-invalid-input", path.into(), reason.into())
    }

    /// Refuses what an action would make of a shared value, at `path` for `reason`.
    pub(crate) fn invalid_state(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid("state-invalid", path.into(), reason.into())
    }

    fn invalid(code: &'static str, path: String, reason: String) -> Self {
        let subject = if path.is_empty() { "top" } else { "field" };
        Self::new(code).about(subject).param("path", path).param("reason", reason)
    }

    /// Adds a parameter of the sentence, under a name as Fluent writes it.
    ///
    /// A whole number beyond ±(2^53 − 1) becomes a text: as numbers, JavaScript and Fluent would both round it, and only a text reads
    /// the same in `errorParams` and in the sentence.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.inner.params.insert(Cow::Borrowed(name), exact(value.into()));
        self
    }

    /// Sets the HTTP status, 400 to 599; another number is a mistake of the program and leaves the status as it was.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        if (400..=599).contains(&status) {
            self.inner.status = status;
        } else {
            tracing::error!(code = self.inner.code, status, "not an error status, ignored: expected 400 to 599");
        }
        self
    }

    /// Names what the sentence is about, for codes whose `errorParams` are empty by contract.
    pub(crate) fn about(mut self, subject: impl Into<Cow<'static, str>>) -> Self {
        self.inner.subject = Some(subject.into());
        self
    }

    /// Returns the code, which is also the Fluent message id.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.inner.code
    }

    /// Returns the parameters, sorted by name.
    #[must_use]
    pub fn params(&self) -> &BTreeMap<Cow<'static, str>, Value> {
        &self.inner.params
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.inner.status
    }

    /// Returns how many bytes of memory it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let params = self.inner.params.iter().map(|(name, value)| 64 + name.len() + bytes_of(value)).sum::<usize>();
        size_of::<Inner>() + params
    }

    pub(crate) fn subject(&self) -> Option<&str> {
        self.inner.subject.as_deref()
    }
}

fn bytes_of(value: &Value) -> usize {
    let within = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(entries) => entries.iter().map(|(name, value)| 64 + name.len() + bytes_of(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + within
}

/// Writes the whole numbers in `value` that a double cannot hold as texts.
fn exact(value: Value) -> Value {
    const MAX: u64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => {
            let is_exact = match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => number <= MAX,
                (None, Some(number)) => number.unsigned_abs() <= MAX,
                (None, None) => true,
            };
            if is_exact { Value::Number(number) } else { Value::String(number.to_string()) }
        }
        Value::Array(items) => items.into_iter().map(exact).collect(),
        Value::Object(entries) => entries.into_iter().map(|(name, value)| (name, exact(value))).collect(),
        other => other,
    }
}

impl fmt::Debug for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncError")
            .field("code", &self.inner.code)
            .field("params", &self.inner.params)
            .field("status", &self.inner.status)
            .finish()
    }
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.inner.code)
    }
}

impl std::error::Error for SyncError {}
