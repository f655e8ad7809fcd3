//! Both doors, and the words of what they refuse.

use serde_json::Value;

use crate::route::App;
use crate::testing::call::Call;
use crate::testing::contract::subject::{Ready, Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};

/// A call is answered over HTTP as it is by a socket: taken or refused, with the same envelope.
pub fn answers_alike_over_http<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    let data = subject.right_inputs(&inputs, 5).into_iter().chain([no_input(), Value::Null]);
    let data: Vec<_> = data.collect();
    kit.run(async {
        let Some(by_socket) = answers(&subject, &data, false).await else { return };
        let over_http = answers(&subject, &data, true).await.unwrap_or_default();
        let mut again = None;
        for (index, ((call, first), (_, second))) in by_socket.iter().zip(&over_http).enumerate() {
            if first == second {
                continue;
            }
            // A handler that answers differently each time is alike as far as it can be.
            if again.is_none() {
                again = answers(&subject, &data, false).await;
            }
            let is_always_other = again.as_ref().is_some_and(|again| again[index].1 != *first);
            if !is_always_other || first["status"] != second["status"] || first["errorCode"] != second["errorCode"] {
                subject.fail(&format!("is answered over HTTP: {second}"), call, first);
            }
        }
    });
}

/// Sends the same calls to an app of their own.
async fn answers<A: App>(subject: &Subject<'_, A>, data: &[Value], over_http: bool) -> Option<Vec<(Call, Value)>> {
    let Ready { app, tab, room } = subject.ready(subject.builder()).await?;
    let guest = app.guest().await;
    let mut answers = Vec::new();
    let calls = data.iter().map(|data| (&tab, subject.call(&room, data.clone())));
    let stranger = (&guest, subject.call(&room, data[0].clone()));
    for (who, call) in calls.chain([stranger]) {
        let reply = if over_http { who.send_by_http(&call).await.reply } else { who.send(&call).await };
        answers.push((call, reply.json().clone()));
    }
    Some(answers)
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

/// What is refused is told in the language of whoever reads it, in each that the app has.
pub fn refuses_in_the_readers_language<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().start().await;
        let catalog = app.handle().dispatcher().catalog();
        for language in catalog.languages() {
            let guest = app.guest_who_reads(language).await;
            let call = subject.call(&subject.any_room(), no_input());
            let by_socket = guest.send(&call).await;
            let (path, _, body) = call.by_http();
            let over_http = app.http_as("POST", &path, Some(body), None, &[("accept-language", language)]).await.reply;
            for reply in [by_socket, over_http] {
                let message = reply.json()["message"].as_str().unwrap_or_default();
                if !reply.is_success() && (message.is_empty() || !catalog.has_sentence(reply.code(), language)) {
                    subject.fail(&format!("is refused in no words of `{language}`"), &call, reply.json());
                }
            }
        }
    });
}
