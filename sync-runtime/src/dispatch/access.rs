//! Asking the rule of a scope what somebody may do with its data.

use std::sync::Arc;

use crate::contain::Guarded;
use crate::dispatch::parts::Parts;
use crate::dispatch::view::view;
use crate::dispatch::{Caller, authorize, server_stage};
use crate::error::SyncError;
use crate::route::{Access, App, RoomCtx, ScopeRule, Table, longest};
use crate::wire::RoomName;

/// The rule of a scope, and the open parts of the name that it was found for.
pub(super) struct FoundScope<'n, A: App> {
    pub(super) rule: &'static dyn ScopeRule<A>,
    parameters: Vec<&'n str>,
}

/// Finds the rule of a scope, as that of a room is found: by the longest literal beginning.
///
/// # Errors
///
/// `scope-forbidden` for a name that no rule opens, whatever is wrong with it.
pub(super) fn scope<'n, A: App>(table: &Table<A>, name: &'n str) -> Result<FoundScope<'n, A>, SyncError> {
    let forbidden = || SyncError::new("scope-forbidden");
    let name = RoomName::to_enter(name).map_err(|_| forbidden())?.as_str();
    let rule = *longest(table.scopes, name, |rule| rule.pattern()).ok_or_else(forbidden)?;
    let parameters = rule.pattern().parameters(name).ok_or_else(forbidden)?;
    Ok(FoundScope { rule, parameters })
}

/// Asks what a caller may do with a scope; the app itself may do everything.
///
/// # Errors
///
/// As [`scope`]; what the rule says.
pub(super) async fn access<A: App>(
    parts: &Parts<A>,
    caller: &Caller<A>,
    session: &Arc<Guarded<A::Session>>,
    name: &str,
) -> Result<Access, SyncError> {
    let found = scope(parts.table, name)?;
    parts.scopes.check_whole(name)?;
    if !caller.is_checked() {
        return Ok(Access::Write);
    }
    authorize::condition(&found.rule.auth(), session)?;
    let source = view(parts, caller, session, name);
    let view = source.view();
    let ask = || found.rule.access(RoomCtx::new(&view), &found.parameters);
    server_stage::within(parts.config.handler_timeout, name, "rule of the scope", ask).await
}
