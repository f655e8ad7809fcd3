//! What can be promised, by its names: as a contract has it, and as one types it.

use std::collections::BTreeSet;

use sync_codegen::ledger::Ledger;
use sync_schema::{Api, RouteTypes};

use crate::failure::Failure;

/// The names of what is promised: `event chess/move v1`, `session`, `error chess-full`.
pub(super) struct Promised {
    names: BTreeSet<String>,
    /// What is said where nothing is called so: `nothing that was released is called`, and how such a name looks.
    none: (&'static str, &'static str),
}

impl Promised {
    /// Everything that was released.
    pub(super) fn all(released: &Ledger) -> Self {
        let mut names: BTreeSet<String> = ["session", "public", "presence"].map(str::to_owned).into();
        for part in released.pages.iter().map(|page| &page.api) {
            names.extend(part.routes.iter().map(RouteTypes::id));
            names.extend(part.entities.iter().map(|entity| format!("entity {}", entity.name)));
            names.extend(part.error_codes.iter().map(|code| format!("error {code}")));
            names.extend(part.rooms.iter().map(|room| format!("rooms {room}")));
            names.extend(part.scopes.iter().map(|scope| format!("scopes {scope}")));
            let presence = part.presence.iter().flat_map(|presence| &presence.rooms);
            names.extend(presence.map(|room| format!("presence in {room}")));
            names.extend(part.declarations().iter().map(|(_, declaration)| format!("foreign {}", declaration.name)));
        }
        let help = "name it as `cargo sync diff` does: `chess/move/v1`, `session`, `\"error chess-full\"`";
        Self { names, none: ("nothing that was released is called", help) }
    }

    /// The routes that an app has.
    pub(super) fn routes(api: &Api) -> Self {
        let names = api.routes.iter().map(RouteTypes::id).collect();
        Self {
            names,
            none: ("the app has no version that is called", "`cargo sync list` names them all: `chess/move/v1`"),
        }
    }

    /// Returns what is meant by a name that somebody has typed: `chess/move/v1` is `event chess/move v1`.
    ///
    /// # Errors
    ///
    /// Nothing is called so, or several things are.
    pub(super) fn meant(&self, named: &str) -> Result<&str, Failure> {
        if let Some(known) = self.names.get(named) {
            return Ok(known);
        }
        match self.called(named).as_slice() {
            [known] => Ok(known),
            [] => {
                let (none, help) = self.none;
                Err(Failure::with_help(format!("{none} `{named}`"), help).usage())
            }
            several => {
                let names: Vec<_> = several.iter().map(|name| format!("`{name}`")).collect();
                let help = format!("name one of them: {}", names.join(", "));
                Err(Failure::with_help(format!("`{named}` is in several lanes"), help).usage())
            }
        }
    }

    /// Returns how one types a name: without its lane where no other lane has it.
    pub(super) fn typed(&self, name: &str) -> String {
        let short = short(name).filter(|short| self.called(short).len() < 2);
        match short {
            Some(short) => short,
            None if name.contains(' ') => format!("\"{name}\""),
            None => name.to_owned(),
        }
    }

    fn called(&self, typed: &str) -> Vec<&str> {
        self.names.iter().filter(|name| short(name).as_deref() == Some(typed)).map(String::as_str).collect()
    }
}

/// `chess/move/v1` of `event chess/move v1`.
fn short(name: &str) -> Option<String> {
    match name.split(' ').collect::<Vec<_>>().as_slice() {
        [_, path, version] if path.contains('/') => Some(format!("{path}/{version}")),
        _ => None,
    }
}
