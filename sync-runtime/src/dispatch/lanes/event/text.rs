//! An event as text: what one server tells the others of what happened on it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::rooms::SenderKey;
use crate::wire::IgnoreSelf;

/// How long what stands around the parts is, about.
const AROUND: usize = 256;

/// An event of which everything has been decided but its place, and what each member gets.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dispatch) struct EventText<'a> {
    /// `<page>/<name>`.
    #[serde(borrow)]
    pub(in crate::dispatch) name: Cow<'a, str>,
    /// `v1`.
    #[serde(borrow)]
    pub(in crate::dispatch) version: Cow<'a, str>,
    /// The older versions that it is told as, too: a server whose build has none newer tells its members of a gap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::dispatch) older: Vec<String>,
    /// By what the caller is known again.
    pub(in crate::dispatch) key: SenderKey,
    /// What others may know of the caller.
    #[serde(borrow)]
    pub(in crate::dispatch) sender: &'a RawValue,
    /// Who of the caller's own sockets hears nothing.
    pub(in crate::dispatch) ignore_self: IgnoreSelf,
    /// What the caller sent.
    #[serde(borrow)]
    pub(in crate::dispatch) input: &'a RawValue,
    /// What the handler answered.
    #[serde(borrow)]
    pub(in crate::dispatch) output: &'a RawValue,
}

impl EventText<'_> {
    /// Writes it as JSON.
    pub(super) fn to_json(&self) -> Option<String> {
        let parts = [self.sender, self.input, self.output].map(|part| part.get().len());
        let mut json = Vec::with_capacity(AROUND + parts.into_iter().sum::<usize>());
        serde_json::to_writer(&mut json, self).ok()?;
        String::from_utf8(json).ok()
    }
}
