//! What two files of a route share, moved to where it belongs: text in, text out.
//!
//! The input of a route stands in its server file, or in its client file if that is alone. So does what is said once of the whole route: who
//! may call, to which rooms. A server file that comes takes both from the client file, and one that goes gives them back. Only what has
//! to change is changed; comments, order and layout of all else stay as they are.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Item, ItemFn};
use sync_syntax::arguments::SAID_ONCE;
use sync_syntax::handler_file::Kind;

use super::source::{
    Edits, Leaf, Source, arguments, attribute, check_comments, is_public, item_name, parameter, place, range,
    with_sorted_uses, words,
};
use crate::failure::Failure;

/// What a server file takes over from the client file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TakenOver {
    /// The lines with `use`, without the last line end.
    pub(crate) uses: String,
    /// The input and the types that it is made of, as they stood there.
    pub(crate) input: String,
    /// The arguments of the attribute, with brackets; `` if there are none.
    pub(crate) arguments: String,
    /// The client file without them.
    pub(crate) client: String,
}

/// What the types of a server file are to a client file beside it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    /// `use super::server::{…};`, or nothing.
    pub(crate) uses: String,
    /// The parameters behind the member: `, _input: &ClientInput, _output: &ServerOutput`.
    pub(crate) parameters: String,
}

const INPUT: &str = "ClientInput";
const OUTPUT: &str = "ServerOutput";
/// Where a client file finds the types of the server file.
const SERVER: &str = "super::server::";
/// What the template of a server file imports by itself.
const IMPORTED: [&str; 3] = ["crate::Ctx", "sync::SyncError", "sync::wire"];

/// Takes out of a client file that is alone what belongs into the server file that comes beside it.
///
/// # Errors
///
/// The client file cannot be read, has no filter, or declares no input.
pub(crate) fn server_comes(client: &str) -> Result<TakenOver, Failure> {
    let form = Form::of(client);
    let taken = taken_over(&form.plain(client))?;
    Ok(TakenOver { client: form.back(&taken.client), ..taken })
}

fn taken_over(client: &str) -> Result<TakenOver, Failure> {
    let file = Source::read(client, "the client file beside it")?;
    let Some((main, ours)) = file.main(Kind::Client) else {
        return Err(Failure::with_help("the client file beside it has no filter", "add `#[sync::client] pub fn main`"));
    };
    if !file.declares(INPUT) {
        let help = format!("add `pub struct {INPUT}` there, or remove the client file first");
        return Err(Failure::with_help(format!("the client file beside it declares no `{INPUT}`"), help));
    }
    let (taken, kept): (Vec<_>, Vec<_>) =
        arguments(ours, client).into_iter().partition(|argument| is_of_the_route(argument));
    let taken_words = words(taken.join(",").parse().unwrap_or_default());
    let moved = file.closure(taken_words.iter().cloned().chain([INPUT.to_owned()]).collect());
    check_shared(&file, &moved, &words(kept.join(",").parse().unwrap_or_default()))?;
    file.check_lines(&moved)?;
    check_comments(ours, client, "the attribute of the filter")?;
    let mut edits = Edits::default();
    moved.iter().for_each(|item| edits.remove_lines(client, file.whole(item)));
    edits.replace(place(ours), attribute("client", &kept));
    if let (2, Some(last)) = (main.sig.inputs.len(), main.sig.inputs.last()) {
        let end = range(last).end;
        edits.replace(end..end, format!(", _output: &{OUTPUT}"));
    }
    let moved_words: BTreeSet<_> = moved.iter().flat_map(|item| words(item.to_token_stream())).collect();
    let is_needed = |leaf: &Leaf| moved_words.contains(&leaf.name) || taken_words.contains(&leaf.name);
    let needed = file.leaves().into_iter().filter(is_needed).map(|leaf| leaf.path);
    let idle_before = file.idle();
    let changed = edits.apply_closing_up(client);
    Ok(TakenOver {
        uses: uses(needed.filter(|path| !IMPORTED.contains(&path.as_str())).collect(), &["sync::{SyncError, wire}"]),
        input: file.text_of(&moved),
        arguments: if taken.is_empty() { String::new() } else { format!("({})", taken.join(", ")) },
        client: beside_server(&changed, &idle_before, &moved)?,
    })
}

/// Lets a changed client file import from the server file what it still names, and nothing that it does not.
fn beside_server(changed: &str, idle_before: &BTreeSet<String>, moved: &[&Item]) -> Result<String, Failure> {
    let file = Source::read(changed, "the client file")?;
    let (idle, named) = (file.idle(), words(changed.parse().unwrap_or_default()));
    let moved = moved.iter().filter_map(|item| item_name(item)).chain([OUTPUT.to_owned()]);
    let names: BTreeSet<_> = moved.filter(|name| named.contains(name) && !file.declares(name)).collect();
    let kept = file.keep_uses(|leaf| !idle.contains(&leaf.name) || idle_before.contains(&leaf.name))?.apply(changed);
    let file = Source::read(&kept, "the client file")?;
    Ok(with_sorted_uses(&file.add_uses(&import(&names)).apply(&kept)))
}

/// Gives a client file back what the server file beside it takes away with it.
///
/// # Errors
///
/// One of them cannot be read, or the filter reads what only a handler can have made.
pub(crate) fn server_goes(server: &str, client: &str) -> Result<String, Failure> {
    let form = Form::of(client);
    given_back(&Form::of(server).plain(server), &form.plain(client)).map(|client| form.back(&client))
}

fn given_back(server: &str, client: &str) -> Result<String, Failure> {
    let gone = Source::read(server, "the server file")?;
    let file = Source::read(client, "the client file beside it")?;
    let Some((main, ours)) = file.main(Kind::Client) else {
        return Err(Failure::with_help("the client file beside it has no filter", "add `#[sync::client] pub fn main`"));
    };
    let from_server: Vec<_> = file.leaves().into_iter().filter(|leaf| leaf.path.starts_with(SERVER)).collect();
    let of_server = gone.main(Kind::Server).map(|(_, attribute)| arguments(attribute, server)).unwrap_or_default();
    let mut written: Vec<_> = of_server.into_iter().filter(|argument| is_of_the_route(argument)).collect();
    let taken_words = words(written.join(",").parse().unwrap_or_default());
    let mut moved = gone.closure(taken_words.iter().cloned().chain([INPUT.to_owned()]).collect());
    gone.check_lines(&moved)?;
    check_comments(ours, client, "the attribute of the filter")?;
    // Who has copied something into the client file beforehand has it there once.
    drop_what_is_there(&mut moved, &mut written, &file, &arguments(ours, client), &gone)?;
    let moved_text = gone.text_of(&moved);
    let moved_words: BTreeSet<_> = moved.iter().flat_map(|item| words(item.to_token_stream())).collect();
    let mut edits = without_output(&file, main)?;
    let comes_back =
        |name: &str| file.declares(name) || moved.iter().any(|item| item_name(item).as_deref() == Some(name));
    if let Some(lost) = from_server.iter().find(|leaf| !comes_back(&leaf.name) && leaf.name != OUTPUT) {
        let help = format!("move `{}` to a file that both can use, such as `_shared.rs`", lost.name);
        return Err(Failure::with_help(
            format!("the filter needs `{}`, which the server file declares", lost.name),
            help,
        ));
    }
    written.extend(arguments(ours, client));
    edits.replace(place(ours), attribute("client", &written));
    let there: BTreeSet<_> = file.leaves().into_iter().map(|leaf| leaf.path).collect();
    let is_needed = |leaf: &Leaf| moved_words.contains(&leaf.name) || taken_words.contains(&leaf.name);
    let missing =
        gone.leaves().into_iter().filter(is_needed).map(|leaf| leaf.path).filter(|path| !there.contains(path));
    let mut edits = edits.and(file.keep_uses(|leaf| !leaf.path.starts_with(SERVER))?);
    if !moved.is_empty() {
        edits = edits.and(file.add_items(&moved_text));
    }
    let changed = edits.apply(client);
    let file = Source::read(&changed, "the client file")?;
    Ok(with_sorted_uses(&file.add_uses(&uses(missing.collect(), &[])).apply(&changed)))
}

/// Takes out of what comes into the client file what is there already.
///
/// # Errors
///
/// Something is there that says something else.
fn drop_what_is_there(
    moved: &mut Vec<&Item>,
    written: &mut Vec<String>,
    file: &Source<'_>,
    arguments: &[String],
    gone: &Source<'_>,
) -> Result<(), Failure> {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let differs = |name: &str| {
        let what = format!("`{name}` is in both files, and not the same");
        Failure::with_help(what, "make them the same, or remove it from one of them")
    };
    let mut lasting = Vec::new();
    for item in moved.iter() {
        match item_name(item).map(|name| (file.text_of_all(&name), name)) {
            Some((there, _)) if there.is_empty() => lasting.push(*item),
            Some((there, _)) if there.iter().any(|there| plain(there) == plain(&gone.text_of(&[item]))) => {}
            Some((_, name)) => return Err(differs(&name)),
            None => lasting.push(*item),
        }
    }
    *moved = lasting;
    let key = |argument: &str| argument.split('=').next().unwrap_or_default().trim().to_owned();
    for argument in arguments {
        let same = written.iter().find(|written| key(written) == key(argument));
        if same.is_some_and(|written| plain(written) != plain(argument)) {
            return Err(differs(&key(argument)));
        }
    }
    written.retain(|written| !arguments.iter().any(|argument| key(argument) == key(written)));
    Ok(())
}

/// A filter without a server file has no output.
fn without_output(file: &Source<'_>, main: &ItemFn) -> Result<Edits, Failure> {
    let mut edits = Edits::default();
    let inputs: Vec<_> = main.sig.inputs.iter().collect();
    for (index, input) in inputs.iter().enumerate().skip(1) {
        let Some((name, ty)) = parameter(input) else { continue };
        if !ty.ends_with(OUTPUT) {
            continue;
        }
        if words(main.block.to_token_stream()).contains(&name) {
            let what = format!("the filter reads `{name}`, which only a server file can have made");
            return Err(Failure::with_help(what, "let it do without, and remove the server file then"));
        }
        edits.replace(range(inputs[index - 1]).end..range(*input).end, String::new());
    }
    let of_main = words(main.block.to_token_stream());
    if of_main.contains(OUTPUT) || file.words_without_main().contains(OUTPUT) {
        let help = "let it do without, and remove the server file then";
        return Err(Failure::with_help(format!("the filter names `{OUTPUT}`, which goes with the server file"), help));
    }
    Ok(edits)
}

/// Returns what a new client file beside the server file `server` imports and takes.
pub(crate) fn client_comes(server: &str) -> Result<Beside, Failure> {
    let file = Source::read(server, "the server file beside it")?;
    let (input, output) = (file.declares(INPUT), file.declares(OUTPUT));
    let names = [(input, INPUT), (output, OUTPUT)].into_iter().filter(|(is_there, _)| *is_there);
    let parameters = [(input, ", _input: &ClientInput"), (output, ", _output: &ServerOutput")];
    Ok(Beside {
        uses: import(&names.map(|(_, name)| name.to_owned()).collect()),
        parameters: parameters.into_iter().filter(|(is_there, _)| *is_there).map(|(_, text)| text).collect(),
    })
}

/// What moves, and what stays and names it, are then in two modules.
fn check_shared(file: &Source<'_>, moved: &[&Item], kept: &BTreeSet<String>) -> Result<(), Failure> {
    let named: BTreeSet<_> = file.words_without(moved).union(kept).cloned().collect();
    let private = moved.iter().filter(|item| !is_public(item)).filter_map(|item| item_name(item));
    match private.into_iter().find(|name| named.contains(name)) {
        Some(name) => {
            let help = "make it `pub`, or move it to a file that both can use, such as `_shared.rs`";
            Err(Failure::with_help(format!("`{name}` is needed in the client file, and by the input that moves"), help))
        }
        None => Ok(()),
    }
}

/// What an editor or a version control has made of a text.
#[derive(Debug, Clone, Copy)]
struct Form {
    has_mark: bool,
    has_returns: bool,
}

impl Form {
    fn of(text: &str) -> Self {
        Self { has_mark: text.starts_with(MARK), has_returns: text.contains("\r\n") }
    }

    /// The text in the form in which it is read here.
    fn plain(self, text: &str) -> String {
        text.strip_prefix(MARK).unwrap_or(text).replace("\r\n", "\n")
    }

    /// The text in the form that it had.
    fn back(self, text: &str) -> String {
        let text = if self.has_returns { text.replace('\n', "\r\n") } else { text.to_owned() };
        if self.has_mark { format!("{MARK}{text}") } else { text }
    }
}

/// The byte order mark.
const MARK: char = '\u{feff}';

fn is_of_the_route(argument: &str) -> bool {
    let key = argument.split('=').next().unwrap_or_default().trim();
    SAID_ONCE.contains(&key)
}

fn import(names: &BTreeSet<String>) -> String {
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [name] => format!("use {SERVER}{name};"),
        names => format!("use {SERVER}{{{}}};", names.join(", ")),
    }
}

fn uses(paths: BTreeSet<String>, further: &[&str]) -> String {
    let paths = paths.iter().map(String::as_str).chain(further.iter().copied());
    paths.map(|path| format!("use {path};")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{client_comes, server_comes, server_goes};

    const TYPING: &str = "\
//! Who types.

use crate::app::Place;
use crate::Member;
use sync::wire;

/// What a caller sends.
#[wire]
pub struct ClientInput {
    /// Whether the caller is typing.
    pub active: Active,
    pub place: Place,
}

// Stays beside what it is about.
#[wire]
pub enum Active { Yes, No }

fn helper() {}

/// Tells the others.
#[sync::client(auth = login, volatile, timeout = 0.5)]
pub async fn main(member: Member<'_>, _input: &ClientInput) -> bool {
    helper();
    !member.session().muted // still here
}
";

    fn check_comes(client: &str, expected: Expect) {
        let text = match server_comes(client) {
            Ok(taken) => {
                format!("{}\n\n{}\n\n{}\n---\n{}", taken.uses, taken.input, taken.arguments, taken.client)
            }
            Err(failure) => format!("error: {failure}"),
        };
        // Line ends and marks that a source file cannot hold are shown.
        expected.assert_eq(&text.replace('\r', "␍").replace('\u{feff}', "▮"));
    }

    fn check_goes(server: &str, client: &str, expected: Expect) {
        let text = server_goes(server, client).unwrap_or_else(|failure| format!("error: {failure}"));
        expected.assert_eq(&text);
    }

    #[test]
    fn a_server_file_takes_over_the_input_and_what_is_said_of_the_route() {
        check_comes(
            TYPING,
            expect![[r#"
            use crate::app::Place;
            use sync::{SyncError, wire};

            /// What a caller sends.
            #[wire]
            pub struct ClientInput {
                /// Whether the caller is typing.
                pub active: Active,
                pub place: Place,
            }

            // Stays beside what it is about.
            #[wire]
            pub enum Active { Yes, No }

            (auth = login, volatile)
            ---
            //! Who types.

            use super::server::{ClientInput, ServerOutput};
            use crate::Member;

            fn helper() {}

            /// Tells the others.
            #[sync::client(timeout = 0.5)]
            pub async fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool {
                helper();
                !member.session().muted // still here
            }
        "#]],
        );
    }

    #[test]
    fn a_comment_behind_what_moves_moves_with_it() {
        let client = "use sync::wire;\n\nconst MAX: u64 = 9; // agreed\n\n#[wire]\npub struct ClientInput {\n    #[validate(length(max = \"MAX\"))]\n    \
                      pub text: String,\n} /* the end */\n\n#[sync::client]\npub fn main(_: Member<'_>, _: &ClientInput) -> bool {\n    true\n}\n";
        let taken = server_comes(client).expect("it can move");
        assert!(taken.input.contains("const MAX: u64 = 9; // agreed\n"), "{}", taken.input);
        assert!(taken.input.ends_with("} /* the end */"), "{}", taken.input);
        assert!(!taken.client.contains("agreed") && !taken.client.contains("the end"), "{}", taken.client);
    }

    #[test]
    fn what_would_be_lost_or_torn_is_refused() {
        let with = |constants: &str, attribute: &str, import: &str| {
            format!(
                "{import}\n\n{constants}\n\n#[wire]\npub struct ClientInput {{\n    #[validate(length(max = \"MAX\"))]\n    pub text: String,\n}}\n\n\
                 {attribute}\npub fn main(_: Member<'_>, _: &ClientInput) -> bool {{\n    MIN > 0\n}}\n"
            )
        };
        let (plain, import) = ("#[sync::client(auth = login)]", "use sync::{Member, wire};");
        assert!(server_comes(&with("const MIN: u32 = 1;\nconst MAX: u32 = 3;", plain, import)).is_ok());
        for (constants, attribute, import, expected) in [
            ("const MIN: u32 = 1; const MAX: u32 = 3;", plain, import, "something else stands on one line"),
            ("const MAX: u32 = 3; const MIN: u32 = 1;", plain, import, "something else stands on one line"),
            (
                "const MIN: u32 = 1;\nconst MAX: u32 = 3;",
                "#[sync::client(auth = login, // everybody\n    volatile)]",
                import,
                "a comment inside: `// everybody`",
            ),
            (
                "const MIN: u32 = 1;\nconst MAX: u32 = 3;",
                plain,
                "use sync::{Member, /* travels */ wire};",
                "a comment inside: `/* travels */`",
            ),
        ] {
            let refused = server_comes(&with(constants, attribute, import)).expect_err(constants).to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn what_the_client_file_has_already_comes_back_once() {
        let input = "#[wire]\npub struct ClientInput {\n    pub text: String,\n}";
        let server = format!(
            "use crate::Ctx;\nuse sync::{{SyncError, wire}};\n\n{input}\n\n#[sync::server(auth = login, volatile)]\n\
             pub async fn main(_: Ctx<'_>, _: &ClientInput) -> Result<(), SyncError> {{\n    Ok(())\n}}\n"
        );
        let client = |input: &str, auth: &str| {
            format!(
                "use crate::Member;\nuse sync::wire;\n\n{input}\n\n#[sync::client(auth = {auth})]\npub fn main(_: Member<'_>, _: &ClientInput) -> bool {{\n    true\n}}\n"
            )
        };
        let expected = client(input, "login").replace("auth = login", "volatile, auth = login");
        assert_eq!(server_goes(&server, &client(input, "login")).as_deref(), Ok(&*expected));
        for (input, auth, name) in [("pub struct ClientInput {}", "login", "ClientInput"), (input, "public", "auth")] {
            let refused = server_goes(&server, &client(input, auth)).expect_err(name).to_string();
            assert!(refused.contains(&format!("`{name}` is in both files")), "{refused}");
        }
    }

    #[test]
    fn a_server_file_that_goes_gives_both_back() {
        let server = "use crate::Ctx;\nuse crate::app::Place;\nuse sync::{SyncError, wire};\n\n#[wire]\npub struct ClientInput {\n    pub place: Place,\n}\n\n\
                      #[wire]\npub struct ServerOutput {}\n\n#[sync::server(auth = public, timeout = 3)]\n\
                      pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<ServerOutput, SyncError> {\n    Ok(ServerOutput {})\n}\n";
        let client = "use super::server::{ClientInput, ServerOutput};\nuse crate::Member;\n\n#[sync::client]\n\
                      pub fn main(member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool {\n    member.is_sender()\n}\n";
        check_goes(
            server,
            client,
            expect![[r#"
            use crate::Member;
            use crate::app::Place;
            use sync::wire;

            #[wire]
            pub struct ClientInput {
                pub place: Place,
            }

            #[sync::client(auth = public)]
            pub fn main(member: Member<'_>, _input: &ClientInput) -> bool {
                member.is_sender()
            }
        "#]],
        );
        check_goes(
            server,
            &client.replace("_output", "output").replace("member.is", "output.is"),
            expect![[r#"
            error: the filter reads `output`, which only a server file can have made
              = help: let it do without, and remove the server file then"#]],
        );
        check_goes(
            server,
            "fn",
            expect![[r#"
            error: the client file beside it cannot be read: line 1, column 1: unexpected end of input, expected identifier
              = help: mend it first"#]],
        );
    }

    #[test]
    fn what_comes_back_is_what_went() {
        let taken = server_comes(TYPING).expect("a client file");
        let server = format!(
            "use crate::Ctx;\n{}\n\n{}\n\n#[wire]\npub struct ServerOutput {{}}\n\n#[sync::server{}]\npub async fn main(_ctx: Ctx<'_>) -> Result<ServerOutput, SyncError> {{ todo!() }}\n",
            taken.uses, taken.input, taken.arguments
        );
        check_goes(
            &server,
            &taken.client,
            expect![[r#"
            //! Who types.

            use crate::Member;
            use crate::app::Place;
            use sync::wire;

            /// What a caller sends.
            #[wire]
            pub struct ClientInput {
                /// Whether the caller is typing.
                pub active: Active,
                pub place: Place,
            }

            // Stays beside what it is about.
            #[wire]
            pub enum Active { Yes, No }

            fn helper() {}

            /// Tells the others.
            #[sync::client(auth = login, volatile, timeout = 0.5)]
            pub async fn main(member: Member<'_>, _input: &ClientInput) -> bool {
                helper();
                !member.session().muted // still here
            }
        "#]],
        );
    }

    #[test]
    fn what_the_input_needs_moves_with_it() {
        let client = "\u{feff}use crate::{Auth, Member};\r\nuse sync::wire;\r\n\r\nconst ADMIN: Auth = Auth::login();\r\nconst MAX: u32 = 3;\r\n\r\n\
                      #[wire]\r\npub struct ClientInput {\r\n    #[validate(custom(function = \"even\"), range(max = MAX))]\r\n    pub é: u32,\r\n}\r\n\r\n\
                      impl ClientInput {}\r\n\r\nfn even(_: u32) -> bool { true }\r\n\r\n\
                      #[sync::client(auth = ADMIN)]\r\npub fn main(_member: Member<'_>, _input: &ClientInput) -> bool { true }\r\n";
        check_comes(
            client,
            expect![[r#"
                use crate::Auth;
                use sync::{SyncError, wire};

                const ADMIN: Auth = Auth::login();

                const MAX: u32 = 3;

                #[wire]
                pub struct ClientInput {
                    #[validate(custom(function = "even"), range(max = MAX))]
                    pub é: u32,
                }

                impl ClientInput {}

                fn even(_: u32) -> bool { true }

                (auth = ADMIN)
                ---
                ▮use super::server::{ClientInput, ServerOutput};␍
                use crate::Member;␍
                ␍
                #[sync::client]␍
                pub fn main(_member: Member<'_>, _input: &ClientInput, _output: &ServerOutput) -> bool { true }␍
            "#]],
        );
        check_comes(
            &client.replace("{ true }\r\n", "{ MAX > 1 }\r\n"),
            expect![[r#"
            error: `MAX` is needed in the client file, and by the input that moves
              = help: make it `pub`, or move it to a file that both can use, such as `_shared.rs`"#]],
        );
    }

    #[test]
    fn a_client_file_imports_what_the_server_file_has() {
        let check = |server: &str, expected: [&str; 2]| {
            let beside = client_comes(server).expect("a server file");
            assert_eq!([beside.uses.as_str(), beside.parameters.as_str()], expected);
        };
        check(
            "pub struct ClientInput {} pub struct ServerOutput {}",
            ["use super::server::{ClientInput, ServerOutput};", ", _input: &ClientInput, _output: &ServerOutput"],
        );
        check("pub struct ServerOutput {}", ["use super::server::ServerOutput;", ", _output: &ServerOutput"]);
        check("", ["", ""]);
    }
}
