//! The routes of an app as plain data; all that `emit` may see.
//!
//! Everything that exists is mounted, right or wrong, so that an editor helps in every file. Only what is right is in the table.

mod app;
mod module;
mod names;
mod successor;

pub(crate) use app::{App, Bridged, Entity, Filter, LaneRoutes, Receivers, Route, Upgraded};
pub(crate) use module::{FileModule, Module, mount};
pub(crate) use names::{folded, folded_module, module_name, page_name};
pub(crate) use successor::{Successor, newer, of_version, outline, successor, successors};
