//! Describes an app for its front end.

use sync_schema::{Api, FRAMEWORK_CODES, Types};

use crate::route::{App, Table};
use crate::schema::wire_type;

/// Collects the types and codes of an app; what `sync::app!` makes `export_types()` of.
#[must_use]
pub fn describe<A: App>(table: &Table<A>) -> Api {
    let mut types = Types::default();
    let routes = table.routes().map(|route| route.types(&mut types)).collect();
    let session = wire_type::<A::Session>(&mut types);
    let public = wire_type::<A::Public>(&mut types);
    let framework = FRAMEWORK_CODES.iter().map(|(code, _)| *code);
    let mut error_codes: Vec<_> = framework.chain(table.error_codes.iter().copied()).map(str::to_owned).collect();
    error_codes.sort();
    error_codes.dedup();
    Api { manifest_dir: table.manifest_dir.to_owned(), routes, session, public, error_codes, types }
}
