//! An event as text: what one server tells the others of what happened on it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::rooms::SenderKey;
use crate::wire::IgnoreSelf;

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
    /// By what the caller is known again.
    pub(in crate::dispatch) key: SenderKey,
    /// What others may know of the caller.
    pub(in crate::dispatch) sender: Cow<'a, RawValue>,
    /// Who of the caller's own sockets hears nothing.
    pub(in crate::dispatch) ignore_self: IgnoreSelf,
    /// What the caller sent.
    pub(in crate::dispatch) input: Cow<'a, RawValue>,
    /// What the handler answered.
    pub(in crate::dispatch) output: Cow<'a, RawValue>,
}
