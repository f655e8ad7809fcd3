//! What is wrong with an app's files: one function per rule. All rules run, and every mistake is collected before any is told.
//!
//! Signatures and types are not looked at: the attributes and the compiler check those, at the user's own tokens.

mod bridges;
mod handlers;
mod locales;
mod meetings;
mod mutations;
mod names;
mod pairs;
mod parts;
mod replicas;
mod rooms;

use crate::diagnostic::Diagnostic;
use crate::scan::Tree;

pub(crate) use locales::missing_messages;

/// A function that finds the breaches of one rule.
type Rule = fn(&Tree) -> Vec<Diagnostic>;

const RULES: &[Rule] = &[
    names::strays,
    names::misnamed_files,
    names::misnamed_pages,
    meetings::pages_meet,
    meetings::routes_meet,
    meetings::modules_meet,
    handlers::missing_handlers,
    handlers::further_states,
    bridges::upgrades,
    bridges::downgrades,
    mutations::prepares,
    handlers::handlers_on_the_wrong_side,
    handlers::handlers_outside_of_routes,
    pairs::filters_without_a_server,
    pairs::filters_unlike_their_server,
    parts::missing_rules,
    parts::misplaced,
    parts::equal_beginnings,
    parts::entities,
    replicas::tables,
    replicas::repeated,
    rooms::unknown_kinds,
    locales::unreadable_messages,
    locales::repeated_messages,
    locales::unknown_languages,
];

/// Rules that an attribute checks too, as soon as it is written.
const RULES_OF_ATTRIBUTES: &[Rule] = &[handlers::handlers_of_another_name];

/// Returns every mistake in `tree` that only the scanner knows of, sorted.
pub(crate) fn check(tree: &Tree) -> Vec<Diagnostic> {
    run(RULES, tree)
}

/// Returns the mistakes that attributes tell themselves; for those who read a list and run no compiler.
pub(crate) fn check_attributes(tree: &Tree) -> Vec<Diagnostic> {
    run(RULES_OF_ATTRIBUTES, tree)
}

fn run(rules: &[Rule], tree: &Tree) -> Vec<Diagnostic> {
    let mut problems = rules.iter().flat_map(|rule| rule(tree)).collect::<Vec<_>>();
    problems.sort();
    problems.dedup();
    problems
}
