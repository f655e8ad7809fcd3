//! The sentences of an app, and what its `Cargo.toml` says of its routes.

use std::collections::BTreeSet;

use sync_schema::{FRAMEWORK_CODES, framework_parameters};

use crate::i18n::Catalog;
use crate::route::App;
use crate::testing::contract::Kit;

/// Each error code has a sentence in this language, which asks for nothing that the sentences of other languages do not ask for.
pub fn every_code_has_a_sentence<A: App>(kit: &Kit<A>, language: &str) {
    let table = (kit.start)().table();
    let catalog = Catalog::new(table.locales).unwrap_or_else(|error| panic!("{error}"));
    let framework = FRAMEWORK_CODES.iter().map(|(code, _)| *code);
    let mut problems = Vec::new();
    for code in framework.chain(table.error_codes.iter().copied()).collect::<BTreeSet<_>>() {
        let Some(asked) = catalog.variables(code, language) else {
            problems.push(format!("`{code}` has no sentence in `locales/{language}/`"));
            continue;
        };
        // A parameter that only one language knows is one that nobody gives.
        let others = catalog.languages().filter(|other| *other != language);
        let known: Vec<_> = others.filter_map(|other| catalog.variables(code, other)).collect();
        let is_known = |name: &&String| known.is_empty() || known.iter().any(|names| names.contains(*name));
        if let Some(name) = asked.iter().find(|name| !is_known(name)) {
            problems.push(format!(
                "the sentence of `{code}` in `locales/{language}/` asks for `${name}`, which no other one does"
            ));
        }
        let of_framework = framework_parameters(code);
        for (_, given) in kit.codes.iter().filter(|(used, _)| *used == code && of_framework.is_none()) {
            if let Some(name) = asked.iter().find(|name| !given.contains(&name.as_str())) {
                problems.push(format!(
                    "the sentence of `{code}` in `locales/{language}/` asks for `${name}`, which a handler does not give it: \
                     `sync::error!(\"{code}\", {name} = …)`"
                ));
            }
        }
        // What a sentence is about does not travel.
        let is_given = |name: &str, given: &[&str]| name == "subject" || given.contains(&name);
        let missing = of_framework.and_then(|given| asked.iter().find(|name| !is_given(name, given)));
        if let Some(name) = missing {
            problems.push(format!(
                "the sentence of `{code}` in `locales/{language}/` asks for `${name}`, which it is not given"
            ));
        }
    }
    assert!(problems.is_empty(), "\n  {}", problems.join("\n  "));
}

/// What `Cargo.toml` says of routes and rooms, it says of some that there are.
pub fn lists_what_there_is<A: App>(kit: &Kit<A>) {
    let table = (kit.start)().table();
    let routes: BTreeSet<String> = table.routes().map(|route| route.id().cb.to_owned()).collect();
    let rooms: BTreeSet<String> = table.rooms.iter().map(|rule| rule.pattern().to_string()).collect();
    for (list, names) in [("public", kit.public), ("may_panic", kit.may_panic)] {
        for name in names {
            assert!(
                routes.contains(*name) || (list == "public" && rooms.contains(*name)),
                "`{list}` in [package.metadata.sync] names `{name}`, which there is not\n  help: a route is `<page>/<name>/<version>`, a \
                 room its pattern, such as `chat-{{name}}`"
            );
        }
    }
}
