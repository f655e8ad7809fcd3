//! Names that every object of JavaScript has already, from its prototype.
//!
//! To TypeScript and to JavaScript a property of such a name is never absent: `{}` has a `constructor`. So where a field of that name
//! may be left out, its type has room for what is there instead; and it cannot tell one object from another.

use crate::tree::Tree;

/// The name that sets the prototype when it stands in an object literal, instead of adding a property.
pub const PROTOTYPE: &str = "__proto__";

/// Why nobody can give a field called [`PROTOTYPE`], for the docs of the field.
pub const NOT_GIVEN: &str =
    "Cannot be given: in an object literal `__proto__` sets the prototype. Rename the field to make it travel.";

/// The names, each with the type of what is inherited; the first seven are those that TypeScript knows.
const INHERITED: [(&str, &str); 12] = [
    ("constructor", "Object['constructor']"),
    ("hasOwnProperty", "Object['hasOwnProperty']"),
    ("isPrototypeOf", "Object['isPrototypeOf']"),
    ("propertyIsEnumerable", "Object['propertyIsEnumerable']"),
    ("toLocaleString", "Object['toLocaleString']"),
    ("toString", "Object['toString']"),
    ("valueOf", "Object['valueOf']"),
    ("__defineGetter__", "Function"),
    ("__defineSetter__", "Function"),
    ("__lookupGetter__", "Function"),
    ("__lookupSetter__", "Function"),
    (PROTOTYPE, "object"),
];

/// Returns the type of what every object has under `name`.
#[must_use]
pub fn inherited(name: &str) -> Option<Tree> {
    INHERITED.iter().find(|(inherited, _)| *inherited == name).map(|(_, what)| Tree::word(*what))
}
