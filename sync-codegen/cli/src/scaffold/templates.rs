//! The texts of new files.
//!
//! An app replaces one by a file of the same name in its folder `sync-templates`. `{{page}}`, `{{name}}`, `{{version}}` and `{{room}}` (the
//! page, as the name of a room can begin with) stand for what their names say, in every template; further ones are listed beside it.

use std::path::Path;

use crate::failure::Failure;

/// The folder of an app with templates of its own.
pub(crate) const FOLDER: &str = "sync-templates";

/// A template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Template {
    /// The name of the file that can replace it.
    pub(crate) name: &'static str,
    text: &'static str,
}

macro_rules! templates {
    ($($constant:ident: $file:literal),* $(,)?) => { $(
        pub(crate) const $constant: Template =
            Template { name: $file, text: include_str!(concat!("../../templates/", $file)) };
    )* };
}

templates! {
    EVENT_SERVER: "event_server.rs",
    // {{uses}} {{input}} {{arguments}}: what was the client file's.
    EVENT_SERVER_BESIDE_CLIENT: "event_server_beside_client.rs",
    EVENT_CLIENT: "event_client.rs",
    // {{uses}} {{parameters}}: the server file's types, as far as it has them.
    EVENT_CLIENT_BESIDE_SERVER: "event_client_beside_server.rs",
    REQUEST: "request.rs",
    // {{rooms}}: the pattern of the page's rooms.
    STATE: "state.rs",
    // {{entity}}: what lives in the page's scopes.
    MUTATION: "mutation.rs",
    // {{entity}}: likewise.
    REPLICA: "replica.rs",
    ENTITY: "entity.rs",
    SCOPE: "scope.rs",
    ROOM: "room.rs",
}

impl Template {
    /// Returns the text for the app in `app_dir`, with `values` in place of what stands for them, and `needed`, which it has to use: it is
    /// nowhere else then.
    pub(crate) fn render(
        self,
        app_dir: &Path,
        values: &[(&str, &str)],
        needed: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let values = &*[values, needed].concat();
        let own = app_dir.join(FOLDER).join(self.name);
        let text = match std::fs::read_to_string(&own) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.text.to_owned(),
            read => read.map_err(Failure::file("read", &own))?,
        };
        let filled = fill(&text, values).map_err(|unknown| {
            let known = values.iter().map(|(name, _)| format!("`{{{{{name}}}}}`")).collect::<Vec<_>>().join(", ");
            let what = format!("{FOLDER}/{}: nothing is known for `{{{{{unknown}}}}}`", self.name);
            Failure::with_help(what, format!("use {known}"))
        })?;
        match needed.iter().find(|(name, value)| !value.is_empty() && !uses(&text, name)) {
            None => Ok(filled),
            Some((name, _)) => {
                let what = format!(
                    "{FOLDER}/{}: `{{{{{name}}}}}` is not in it, and what that stands for would be lost",
                    self.name
                );
                Err(Failure::with_help(what, format!("add `{{{{{name}}}}}` where it belongs")))
            }
        }
    }
}

/// Returns whether `text` asks for what is called so.
fn uses(text: &str, name: &str) -> bool {
    let mut asked = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    asked.any(|(asked, _)| asked.trim() == name)
}

/// Puts `values` into `text`; what is asked for and not there is the error.
fn fill(text: &str, values: &[(&str, &str)]) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        let is_word =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !is_word(name.trim()) {
            // Code of its own, such as `format!("{{}}")`.
            filled.push_str(before);
            filled.push_str("{{");
            rest = after;
            continue;
        }
        let value = values.iter().find(|(known, _)| *known == name.trim()).ok_or_else(|| name.trim().to_owned())?.1;
        filled.push_str(before);
        filled.push_str(value);
        rest = behind;
        // A line on which nothing has come to stand is none.
        if value.is_empty() && (filled.is_empty() || filled.ends_with('\n')) {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{EVENT_SERVER_BESIDE_CLIENT, FOLDER, fill};

    #[test]
    fn a_template_that_leaves_out_what_is_nowhere_else_is_refused() {
        let app = tempfile::tempdir().expect("a folder");
        let own = app.path().join(FOLDER);
        std::fs::create_dir(&own).expect("a folder");
        let render = |text: &str| {
            std::fs::write(own.join(EVENT_SERVER_BESIDE_CLIENT.name), text).expect("a file");
            EVENT_SERVER_BESIDE_CLIENT.render(app.path(), &[("page", "chess")], &[("input", "struct A;"), ("uses", "")])
        };
        assert_eq!(render("// {{page}}\n{{ input }}").as_deref(), Ok("// chess\nstruct A;"));
        let refused = render("// {{page}}\nstruct B;").expect_err("the input").to_string();
        assert!(refused.contains("`{{input}}` is not in it"), "{refused}");
    }

    #[test]
    fn values_take_the_place_of_their_names() {
        let values = [("page", "chess"), ("uses", "")];
        let check = |text: &str, expected: Result<&str, &str>| {
            assert_eq!(fill(text, &values), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        };
        check("// {{page}} {{ page }}", Ok("// chess chess"));
        check("{{uses}}\nuse a;", Ok("use a;"));
        check("let x = {{uses}};", Ok("let x = ;"));
        check("\"{{page}}-{id}\"", Ok("\"chess-{id}\""));
        check("{{pge}}", Err("pge"));
        check("{{ open", Ok("{{ open"));
        check("format!(\"{{}} {{{}}} {{page}}\")", Ok("format!(\"{{}} {{{}}} chess\")"));
    }
}
