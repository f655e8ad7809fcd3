//! Both doors, and the words of what they refuse.

use serde_json::{Value, json};
use sync_schema::FRAMEWORK_CODES;

use crate::error::{StoredError, SyncError};
use crate::i18n::Catalog;
use crate::route::App;
use crate::testing::call::{Call, Reply};
use crate::testing::contract::subject::{Ready, Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};

/// A call is answered over HTTP as it is by a socket: taken or refused, with the same envelope; by `GET`, too, where the input may be a
/// query.
pub fn answers_alike_over_http<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    let right = subject.right_inputs(&inputs, 5);
    kit.run(async {
        compare(&subject, &[&*right, &[no_input(), Value::Null]].concat(), Door::Post).await;
        if subject.is_query {
            // A query says nothing of types, and has no null.
            compare(&subject, &[&*right, &[json!({ "zzz": "1" })]].concat(), Door::Get).await;
        }
    });
}

/// How often it is looked whether a handler answers by chance.
const CHANCES: usize = 16;

/// Where a call goes in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Door {
    Socket,
    Post,
    Get,
}

/// Compares what the same calls are answered by a socket and by another door.
async fn compare<A: App>(subject: &Subject<'_, A>, data: &[Value], door: Door) {
    if door == Door::Post && !subject.is_known_over_http(&subject.ready(subject.builder()).await.tab) {
        return;
    }
    let by_socket = answers(subject, data, Door::Socket).await;
    let over_http = answers(subject, data, door).await;
    let is_other = |index: usize| !is_alike(&by_socket[index].1, &over_http[index].1);
    let others: Vec<_> = (0..by_socket.len()).filter(|&index| is_other(index)).collect();
    if others.is_empty() {
        return;
    }
    // A handler that answers by chance, or as the last call has left the world, is alike as far as it can be.
    let mut more = Vec::new();
    for _ in 0..CHANCES {
        more.push(answers(subject, data, Door::Socket).await);
    }
    for index in others {
        let (call, first) = &by_socket[index];
        let second = &over_http[index].1;
        let seen: Vec<_> = more.iter().map(|answers| &answers[index].1).chain([first]).collect();
        let differs = |field: &str| seen.iter().any(|answer| answer[field] != first[field]);
        let has_no_one_code = differs("status") || differs("errorCode");
        let has_no_one_value = seen.iter().any(|answer| *answer != first);
        let has_the_code = first["status"] == second["status"] && first["errorCode"] == second["errorCode"];
        if !(seen.contains(&second) || has_no_one_code || has_no_one_value && has_the_code) {
            let by = if door == Door::Get { " by `GET`" } else { "" };
            subject.fail(&format!("is answered over HTTP{by}: {second}"), call, first);
        }
    }
}

/// Whether two answers are one; nothing is said of what could not be sent.
fn is_alike(first: &Value, second: &Value) -> bool {
    first == second || first.is_null() || second.is_null()
}

/// Sends the same calls to an app of their own; what could not be sent is answered with nothing: no URL can carry it, or a call before has
/// signed its caller out.
async fn answers<A: App>(subject: &Subject<'_, A>, data: &[Value], door: Door) -> Vec<(Call, Value)> {
    let Ready { app, tab, room } = subject.ready(subject.builder()).await;
    let guest = app.guest().await;
    let mut answers = Vec::new();
    let calls = data.iter().map(|data| (&tab, subject.call(&room, data.clone())));
    let stranger = (&guest, subject.call(&room, data[0].clone()));
    for (who, call) in calls.chain([stranger]) {
        let reply = match door {
            Door::Socket => Some(who.send(&call).await),
            Door::Post => Some(who.send_by_http(&call).await.reply),
            Door::Get => who.ask_by_get(&call).await.map(|reply| reply.reply),
        };
        let reply = reply.filter(|reply| reply.code() != "sync-disconnected");
        answers.push((call, reply.map_or(Value::Null, |reply| reply.json().clone())));
    }
    answers
}

/// A version, or a name, that is not there is not found, whoever calls.
pub fn refuses_other_versions<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let tab = subject.somebody(&app).await;
        let (name, version) = route.name.rsplit_once('/').expect("a name and a version");
        for (name, version) in [
            (name.to_owned(), format!("{version}0000")),
            (name.to_owned(), version.to_uppercase()),
            (format!("{name}Zzz"), version.to_owned()),
        ] {
            let call = Call::new(route.lane, &name, &version).to(&subject.any_room()).with(no_input());
            subject.is_refused(&tab, &call, "sync-not-found").await;
        }
    });
}

/// What is refused is told in the language of whoever reads it, in each that the app has: in that of the app's choice, where it has chosen
/// one for everybody who has not signed in.
pub fn refuses_in_the_readers_language<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let catalog = app.handle().dispatcher().catalog();
        let framework = FRAMEWORK_CODES.iter().map(|(code, _)| *code);
        let codes: Vec<_> = framework.chain(subject.table.error_codes.iter().copied()).collect();
        let session = A::guest();
        let chosen = A::locale(&session).filter(|chosen| catalog.locale(chosen).is_some());
        for language in catalog.languages() {
            let guest = app.guest_who_reads(language).await;
            let call = subject.call(&subject.any_room(), no_input());
            let by_socket = guest.send(&call).await;
            let (path, _, body) = call.by_http();
            let over_http = app.http_as("POST", &path, Some(body), None, &[("accept-language", language)]).await.reply;
            for reply in [by_socket, over_http] {
                if !reply.is_success() && !is_in(chosen.unwrap_or(language), &reply, catalog, &codes) {
                    subject.fail(&format!("is refused in no words of `{language}`"), &call, reply.json());
                }
            }
        }
    });
}

/// Whether a refusal says the very sentence that a language has for it.
fn is_in(language: &str, refusal: &Reply, catalog: &Catalog, codes: &[&'static str]) -> bool {
    let Some(locale) = catalog.locale(language).filter(|_| catalog.has_sentence(refusal.code(), language)) else {
        return false;
    };
    let error = match refusal.code() {
        // Its sentence depends on what does not travel.
        "sync-invalid-input" => {
            let text = |name: &str| refusal.param(name).as_str().unwrap_or_default().to_owned();
            Some(SyncError::invalid_input(text("path"), text("reason")))
        }
        code => {
            let Value::Object(envelope) = refusal.json() else { return false };
            let (status, params) = (&envelope["httpStatus"], &envelope["errorParams"]);
            let stored = json!({ "code": code, "status": status, "params": params });
            serde_json::from_value::<StoredError>(stored).ok().and_then(|stored| stored.revive(codes))
        }
    };
    error.is_some_and(|error| refusal.json()["message"] == catalog.sentence(&error, locale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(refusal: Value, language: &str, is_right: bool) {
        let app = [("en", "app.ftl", "full = Full: { $max }."), ("pt-BR", "app.ftl", "full = Cheio: { $max }.")];
        let catalog = Catalog::new(&app).expect("valid messages");
        let codes = ["auth-required", "full", "lost", "sync-invalid-input"];
        assert_eq!(is_in(language, &Reply(refusal.clone()), &catalog, &codes), is_right, "{language}: {refusal}");
    }

    fn refusal(code: &str, params: Value, message: &str) -> Value {
        json!({ "status": "error", "errorCode": code, "errorParams": params, "message": message, "httpStatus": 400 })
    }

    #[test]
    fn english_for_everybody_is_the_language_of_those_who_read_english() {
        for (language, is_right) in [("en", true), ("de", false), ("fr", false), ("nl", false)] {
            check(refusal("auth-required", json!({}), "Please sign in first."), language, is_right);
            let params = json!({ "path": "zzz", "reason": "unknown-field" });
            check(refusal("sync-invalid-input", params, "“zzz” is not a known field."), language, is_right);
        }
        check(refusal("auth-required", json!({}), "Bitte melde dich zuerst an."), "de", true);
        check(refusal("auth-required", json!({}), ""), "en", false);
        let params = json!({ "path": "", "reason": "expected-object" });
        check(refusal("sync-invalid-input", params, "The input must be an object."), "en", true);
    }

    #[test]
    fn a_sentence_of_the_app_is_told_with_what_it_is_given() {
        check(refusal("full", json!({ "max": 4 }), "Cheio: 4."), "pt-BR", true);
        check(refusal("full", json!({ "max": 4 }), "Cheio: 5."), "pt-BR", false);
        check(refusal("full", json!({ "max": 4 }), "Full: 4."), "pt-BR", false);
        // It has no sentence in this language, and English is not it.
        check(refusal("full", json!({ "max": 4 }), "Full: 4."), "nl", false);
        check(refusal("lost", json!({}), "lost"), "en", false);
    }
}
