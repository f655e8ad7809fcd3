//! The reference of an app as one page of HTML, which loads nothing.

use std::fmt::Write;

use sync_codegen::emit::typescript::reference::{MemberReference, PayloadReference, TypeReference};

use super::{AppDocs, RouteDocs};

/// Returns the page.
pub(super) fn of(docs: &AppDocs<'_>) -> String {
    let mut html = String::new();
    let title = escaped(docs.app);
    let _ = write!(html, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>");
    let _ = write!(html, "<meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>");
    let _ = write!(html, "<nav aria-label=\"Contents\"><h1>{title}</h1>{}</nav><main>", contents(docs));
    docs.routes.iter().for_each(|route| html.push_str(&self::route(route)));
    html.push_str(&rooms(docs));
    html.push_str("<section><h2 id=\"types\">Types</h2>");
    docs.types.iter().for_each(|named| html.push_str(&named_type(named)));
    html.push_str("</section><section><h2 id=\"errors\">Error codes</h2><ul class=\"codes\">");
    html.extend(docs.error_codes.iter().map(|code| format!("<li><code>{}</code>", escaped(code))));
    html.push_str("</ul></section></main></html>\n");
    html
}

fn contents(docs: &AppDocs<'_>) -> String {
    let link = |route: &RouteDocs<'_>| {
        let (id, of) = (id(route), route.route);
        format!(
            "<li><a href=\"#{id}\"><b>{}</b>/{} <small>{}</small></a>",
            escaped(&of.page),
            escaped(&of.name),
            of.version
        )
    };
    let routes: String = docs.routes.iter().map(link).collect();
    format!(
        "<ul>{routes}<li><a href=\"#rooms\">Rooms</a><li><a href=\"#types\">Types</a><li><a href=\"#errors\">Error codes</a></ul>"
    )
}

fn id(route: &RouteDocs<'_>) -> String {
    let of = route.route;
    escaped(&format!("{}-{}-{}-{}", of.lane, of.page.replace('/', "-"), of.name, of.version))
}

fn route(route: &RouteDocs<'_>) -> String {
    let of = route.route;
    let (page, name, version) = (escaped(&of.page), escaped(&of.name), escaped(&of.version));
    let mut html = format!(
        "<section><h2 id=\"{}\"><small>{}</small> {page}/{name} <small>{version}</small></h2>",
        id(route),
        of.lane
    );
    let room = of.room.iter().map(|room| format!("room = {room}"));
    let said = std::iter::once(format!("auth = {}", route.auth)).chain(room).chain(route.options.iter().cloned());
    let said: String = said.map(|word| format!("<li>{}", escaped(&word))).collect();
    let _ = write!(html, "<ul class=\"said\">{said}</ul>{}", prose(&of.docs));
    of.payloads.iter().for_each(|payload| html.push_str(&self::payload(payload)));
    let sources: Vec<_> = of.sources.iter().map(|source| format!("<code>{}</code>", escaped(source))).collect();
    let _ = write!(html, "<p class=\"source\">{}</p></section>", sources.join(", "));
    html
}

fn payload(payload: &PayloadReference) -> String {
    let arrow = if payload.is_input { "→" } else { "←" };
    let head = format!("<h3>{arrow} {}</h3>{}", escaped(&payload.name), prose(&payload.docs));
    match payload.members.as_slice() {
        [] => format!("{head}<pre>{}</pre>", escaped(&payload.typescript)),
        members => format!("{head}{}", table(members)),
    }
}

fn named_type(named: &TypeReference) -> String {
    let rules: String = named.rules.iter().map(|rule| format!("<li><code>{}</code>", escaped(rule))).collect();
    let (name, docs) = (escaped(&named.name), prose(&named.docs));
    let body = match named.members.as_slice() {
        [] => format!("<pre>{}</pre>", escaped(&named.typescript)),
        members => table(members),
    };
    format!("<h3 id=\"type-{name}\">{name}</h3>{docs}{body}<ul class=\"said\">{rules}</ul>")
}

fn rooms(docs: &AppDocs<'_>) -> String {
    let mut html = String::from("<section><h2 id=\"rooms\">Rooms</h2>");
    for room in &docs.rooms {
        let said = std::iter::once(format!("auth = {}", room.auth)).chain(room.options.iter().cloned());
        let said: String = said.map(|word| format!("<li>{}", escaped(&word))).collect();
        let _ = write!(html, "<h3><code>{}</code> <small>{}</small></h3>", escaped(room.pattern), escaped(room.page));
        let _ = write!(html, "<ul class=\"said\">{said}</ul>{}", prose(room.docs));
    }
    html.push_str("</section>");
    html
}

fn table(members: &[MemberReference]) -> String {
    let row = |member: &MemberReference| {
        let optional = if member.is_optional { "?" } else { "" };
        let name = if member.name.is_empty() { "…" } else { &member.name };
        let default = Some(&member.default).filter(|default| !default.is_empty());
        let said: String = member.rules.iter().chain(default).map(|rule| format!("<li>{}", escaped(rule))).collect();
        let ty = escaped(member.typescript.as_deref().unwrap_or_default());
        format!(
            "<tr><th scope=\"row\"><code>{}{optional}</code><td><code>{ty}</code><td>{}<ul class=\"said\">{said}</ul>",
            escaped(name),
            prose(&member.docs)
        )
    };
    format!("<table>{}</table>", members.iter().map(row).collect::<String>())
}

/// Paragraphs, and what stands between backticks as code.
fn prose(docs: &str) -> String {
    let paragraphs = docs.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let with_code = |paragraph: &str| {
        let text = escaped(paragraph);
        if text.matches('`').count() % 2 == 1 {
            return format!("<p>{text}</p>");
        }
        let part = |(index, part): (usize, &str)| match index % 2 {
            1 => format!("<code>{part}</code>"),
            _ => part.to_owned(),
        };
        format!("<p>{}</p>", text.split('`').enumerate().map(part).collect::<String>())
    };
    paragraphs.map(with_code).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--faint:color-mix(in srgb,currentColor 70%,transparent)}\
body{font:16px/1.55 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:18rem minmax(0,50rem);gap:3rem}\
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem;border-right:1px solid var(--line);box-sizing:border-box}\
nav h1{font-size:1.1rem}nav ul{list-style:none;padding:0}nav a{text-decoration:none;color:inherit;display:block;padding:.15rem 0}\
nav a:hover{text-decoration:underline}main{padding:1.5rem 1.5rem 6rem}section{margin-bottom:3rem}h2{font-size:1.3rem;border-bottom:1px solid var(--line)}\
h3{font-size:1rem;margin-bottom:.3rem}small{color:var(--faint);font-weight:400}code,pre{font:.9em ui-monospace,monospace}\
pre{white-space:pre-wrap;padding:.6rem .8rem;border:1px solid var(--line);border-radius:.4rem;margin:.3rem 0}p{margin:.4rem 0}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line);font-weight:400}\
.said{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;padding:0;margin:.2rem 0}.said li{border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;font:.8em ui-monospace,monospace}\
.codes{columns:2}.source{color:var(--faint)}@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}}";

#[cfg(test)]
mod tests {
    #[test]
    fn docs_are_prose_and_never_markup() {
        let check = |docs: &str, expected: &str| assert_eq!(super::prose(docs), expected);
        check("", "");
        check("Adds `a < b`.\n\nThen & there.", "<p>Adds <code>a &lt; b</code>.</p><p>Then &amp; there.</p>");
        check("An open ` stays.", "<p>An open ` stays.</p>");
        check("<script>", "<p>&lt;script&gt;</p>");
    }
}
