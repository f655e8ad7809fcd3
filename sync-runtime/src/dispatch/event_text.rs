//! An event as text: what one server tells the others of what happened on it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::rooms::SenderKey;
use crate::wire::IgnoreSelf;

/// An event of which everything has been decided but its place, and what each member gets.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventText<'a> {
    /// `<page>/<name>`.
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    /// `v1`.
    #[serde(borrow)]
    pub(super) version: Cow<'a, str>,
    /// By what the caller is known again.
    pub(super) key: SenderKey,
    /// What others may know of the caller.
    pub(super) sender: Cow<'a, RawValue>,
    /// Who of the caller's own sockets hears nothing.
    pub(super) ignore_self: IgnoreSelf,
    /// What the caller sent.
    pub(super) input: Cow<'a, RawValue>,
    /// What the handler answered.
    pub(super) output: Cow<'a, RawValue>,
}
