//! What is refused, as what, and in which words.

use reqwest::Method;

use super::stage::{
    Case, LIMIT, Refused, act, binary, call, data, deep, event, payload, post, query, raw, sized, to, with_id,
};

/// The body of a correct call.
pub(super) const GOOD: &str = r#"{"data":{"amount":1},"receiver":"game-room-1"}"#;

/// All of it, for the template; the route is `examples/updateCounter`, whose input is `{ amount: 1..100 }`.
pub(super) fn cases() -> Vec<Case> {
    let parts = [envelopes(), inputs(), routes(), callers(), calls_by_socket(), events(), requests()];
    parts.into_iter().flatten().collect()
}

/// What of it is about no room and no other event: the same for every lane whose route takes that input under that name.
pub(super) fn of_any_lane() -> Vec<Case> {
    [envelopes(), inputs(), routes(), callers(), calls_by_socket(), requests()].into_iter().flatten().collect()
}

/// The object around the input, by both doors.
fn envelopes() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it must be a JSON object.",
                "Dit bericht heeft niet de verwachte vorm: het moet een JSON-object zijn.",
                "Diese Nachricht hat nicht die erwartete Form: sie muss ein JSON-Objekt sein.",
                "Ce message n’a pas la forme attendue : il doit être un objet JSON.",
            ],
            sent: vec![
                ("a number instead of an object", payload("5")),
                ("nothing instead of an object", payload("null")),
                ("a text instead of an object", payload(r#""s3cret""#)),
                (
                    "an array of the fields instead of an object",
                    payload(r#"["examples/updateCounter","v1",{"amount":1},"game-room-1"]"#),
                ),
                ("a payload that is JSON inside of a text", payload(r#""{\"name\":\"examples/updateCounter\"}""#)),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “receiver” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “receiver” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „receiver“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « receiver » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("no receiver", call(r#""data":{"amount":1}"#)),
                ("a receiver that is a number", call(r#""data":{"amount":1},"receiver":5"#)),
                ("a receiver that is null", call(r#""data":{"amount":1},"receiver":null"#)),
                ("a list of receivers", call(r#""data":{"amount":1},"receiver":["game-room-1"]"#)),
                (
                    "a receiver that is nested too deeply to be looked at",
                    call(&format!(r#""data":{{"amount":1}},"receiver":{}"#, deep("[", 100_000, "]"))),
                ),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: a field is there twice.",
                "Dit bericht heeft niet de verwachte vorm: een veld komt twee keer voor.",
                "Diese Nachricht hat nicht die erwartete Form: ein Feld kommt zweimal vor.",
                "Ce message n’a pas la forme attendue : un champ s’y trouve deux fois.",
            ],
            sent: vec![(
                "the receiver twice",
                call(r#""data":{"amount":1},"receiver":"game-room-1","receiver":"game-room-1""#),
            )],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                r#"This message is not of the expected form: “ignoreSelf” must be true, false or "session"."#,
                r#"Dit bericht heeft niet de verwachte vorm: “ignoreSelf” moet true, false of "session" zijn."#,
                r#"Diese Nachricht hat nicht die erwartete Form: „ignoreSelf“ muss true, false oder "session" sein."#,
                r#"Ce message n’a pas la forme attendue : « ignoreSelf » doit valoir true, false ou "session"."#,
            ],
            sent: vec![
                (
                    "`ignoreSelf` that is a number",
                    call(r#""data":{"amount":1},"receiver":"game-room-1","ignoreSelf":1"#),
                ),
                (
                    "`ignoreSelf` that is another text",
                    call(r#""data":{"amount":1},"receiver":"game-room-1","ignoreSelf":"s3cret""#),
                ),
                (
                    "`ignoreSelf` that is null",
                    call(r#""data":{"amount":1},"receiver":"game-room-1","ignoreSelf":null"#),
                ),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “stream” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “stream” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „stream“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « stream » manque ou n’a pas le type attendu.",
            ],
            sent: vec![(
                "`stream` that is a text",
                call(r#""data":{"amount":1},"receiver":"game-room-1","stream":"s3cret""#),
            )],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “stream” needs an “id”, under which chunks are sent.",
                "Dit bericht heeft niet de verwachte vorm: bij “stream” hoort een “id”, waaronder stukken worden verstuurd.",
                "Diese Nachricht hat nicht die erwartete Form: zu „stream“ gehört eine „id“, unter der Stücke geschickt werden.",
                "Ce message n’a pas la forme attendue : « stream » demande un « id », sous lequel les morceaux sont envoyés.",
            ],
            sent: vec![(
                "`stream` without an id",
                event(
                    "sync",
                    r#"{"name":"examples/updateCounter","version":"v1","data":{"amount":1},"receiver":"game-room-1","stream":true}"#,
                ),
            )],
        },
        Case {
            refused: Refused("sync-too-large", 413, r#"{"limit":1000000}"#),
            sentences: [
                "The message is too large; at most 1000000 bytes are allowed.",
                "Het bericht is te groot; hoogstens 1000000 bytes zijn toegestaan.",
                "Die Nachricht ist zu groß; höchstens 1000000 Byte sind erlaubt.",
                "Le message est trop grand ; 1000000 octets au plus sont permis.",
            ],
            sent: vec![
                ("one byte more than 1 MB", sized(LIMIT + 1)),
                ("half as much again as 1 MB", sized(LIMIT * 3 / 2)),
            ],
        },
    ]
}

/// The input itself, by both doors.
fn inputs() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"","reason":"expected-object"}"#),
            sentences: [
                "The input must be an object.",
                "De invoer moet een object zijn.",
                "Die Eingabe muss ein Objekt sein.",
                "La saisie doit être un objet.",
            ],
            sent: vec![
                ("data that is null", data("null")),
                ("data that is a number", data("5")),
                ("data that is a text", data(r#""s3cret""#)),
                ("an array where a struct is meant", data("[5]")),
                ("data that is nested deeply", data(&deep("[", 100_000, "]"))),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"amount","reason":"missing"}"#),
            sentences: ["“amount” is missing.", "“amount” ontbreekt.", "„amount“ fehlt.", "« amount » manque."],
            sent: vec![
                ("data that is left out where it has a required field", call(r#""receiver":"game-room-1""#)),
                ("data without its required field", data("{}")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"amount","reason":"expected-integer"}"#),
            sentences: [
                "“amount” must be a whole number.",
                "“amount” moet een geheel getal zijn.",
                "„amount“ muss eine ganze Zahl sein.",
                "« amount » doit être un nombre entier.",
            ],
            sent: vec![
                ("a number that is a text", data(r#"{"amount":"s3cret"}"#)),
                ("a whole number that is not whole", data(r#"{"amount":1.5}"#)),
                ("a number that is null", data(r#"{"amount":null}"#)),
                ("a number that is true", data(r#"{"amount":true}"#)),
                ("a number that is a list", data(r#"{"amount":[1]}"#)),
                ("a field that is nested deeply", data(&format!(r#"{{"amount":{}}}"#, deep("[", 100_000, "]")))),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"amount","reason":"out-of-range"}"#),
            sentences: [
                "“amount” is too large or too small.",
                "“amount” is te groot of te klein.",
                "„amount“ ist zu groß oder zu klein.",
                "« amount » est trop grand ou trop petit.",
            ],
            sent: vec![
                ("a number beyond its type", data(r#"{"amount":2147483648}"#)),
                ("a number far beyond its type", data(r#"{"amount":123456789012345678901234567890}"#)),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"amount","reason":"range"}"#),
            sentences: [
                "“amount” is outside the allowed range.",
                "“amount” ligt buiten het toegestane bereik.",
                "„amount“ liegt außerhalb des erlaubten Bereichs.",
                "« amount » est hors des limites permises.",
            ],
            sent: vec![("a number that the rule refuses", data(r#"{"amount":101}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"note","reason":"unknown-field"}"#),
            sentences: [
                "“note” is not a known field.",
                "“note” is geen bekend veld.",
                "„note“ ist kein bekanntes Feld.",
                "« note » n’est pas un champ connu.",
            ],
            sent: vec![("an unknown field", data(r#"{"amount":1,"note":"s3cret"}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"Amount","reason":"unknown-field"}"#),
            sentences: [
                "“Amount” is not a known field.",
                "“Amount” is geen bekend veld.",
                "„Amount“ ist kein bekanntes Feld.",
                "« Amount » n’est pas un champ connu.",
            ],
            sent: vec![("a field in Rust’s spelling of another", data(r#"{"Amount":1}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"amount","reason":"duplicate-field"}"#),
            sentences: [
                "“amount” is there twice.",
                "“amount” komt twee keer voor.",
                "„amount“ kommt zweimal vor.",
                "« amount » s’y trouve deux fois.",
            ],
            sent: vec![("a field twice", data(r#"{"amount":1,"amount":2}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"__proto__","reason":"unknown-field"}"#),
            sentences: [
                "“__proto__” is not a known field.",
                "“__proto__” is geen bekend veld.",
                "„__proto__“ ist kein bekanntes Feld.",
                "« __proto__ » n’est pas un champ connu.",
            ],
            sent: vec![("`__proto__` as a field", data(r#"{"amount":1,"__proto__":{"admin":"s3cret"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"constructor","reason":"unknown-field"}"#),
            sentences: [
                "“constructor” is not a known field.",
                "“constructor” is geen bekend veld.",
                "„constructor“ ist kein bekanntes Feld.",
                "« constructor » n’est pas un champ connu.",
            ],
            sent: vec![("`constructor` as a field", data(r#"{"amount":1,"constructor":{"prototype":"s3cret"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"cb","reason":"unknown-field"}"#),
            sentences: [
                "“cb” is not a known field.",
                "“cb” is geen bekend veld.",
                "„cb“ ist kein bekanntes Feld.",
                "« cb » n’est pas un champ connu.",
            ],
            sent: vec![("a forged `cb` in the data", data(r#"{"amount":1,"cb":"s3cret"}"#))],
        },
        Case {
            refused: Refused(
                "sync-invalid-input",
                400,
                r#"{"path":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…","reason":"unknown-field"}"#,
            ),
            sentences: [
                "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” is not a known field.",
                "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” is geen bekend veld.",
                "„xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…“ ist kein bekanntes Feld.",
                "« xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… » n’est pas un champ connu.",
            ],
            sent: vec![(
                "a field with a name of 10 KB",
                data(&format!(r#"{{"amount":1,"{}":1}}"#, "x".repeat(10_240))),
            )],
        },
    ]
}

/// What the call is for, by both doors.
fn routes() -> Vec<Case> {
    vec![Case {
        refused: Refused("sync-not-found", 404, "{}"),
        sentences: [
            "This function does not exist.",
            "Deze functie bestaat niet.",
            "Diese Funktion gibt es nicht.",
            "Cette fonction n’existe pas.",
        ],
        sent: vec![
            ("an unknown page", to("nowhere/updateCounter", "v1")),
            ("an unknown name", to("examples/nothing", "v1")),
            ("an unknown version", to("examples/updateCounter", "v99")),
            ("a version in capitals", to("examples/updateCounter", "V1")),
            ("a version without its letter", to("examples/updateCounter", "1")),
            ("`__proto__` as a name", to("examples/__proto__", "v1")),
            ("`__proto__` as a page", to("__proto__/updateCounter", "v1")),
            ("`constructor` as a version", to("examples/updateCounter", "constructor")),
            ("a name without its page", to("updateCounter", "v1")),
        ],
    }]
}

/// Who calls, and into which room, by both doors; what comes first in the pipeline decides.
fn callers() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("auth-required", 401, "{}"),
            sentences: [
                "Please sign in first.",
                "Meld je eerst aan.",
                "Bitte melde dich zuerst an.",
                "Veuillez d’abord vous connecter.",
            ],
            sent: vec![
                ("nobody has signed in", data(r#"{"amount":1}"#).by_guest()),
                ("nobody has signed in, and the input is wrong as well", data(r#"{"amount":"s3cret"}"#).by_guest()),
            ],
        },
        Case {
            refused: Refused("sync-not-found", 404, "{}"),
            sentences: [
                "This function does not exist.",
                "Deze functie bestaat niet.",
                "Diese Funktion gibt es nicht.",
                "Cette fonction n’existe pas.",
            ],
            sent: vec![("nobody has signed in, and there is no such route", to("examples/nothing", "v1").by_guest())],
        },
        Case {
            refused: Refused("sync-not-in-room", 403, "{}"),
            sentences: [
                "You are not in this room.",
                "Je bent niet in deze ruimte.",
                "Du bist nicht in diesem Raum.",
                "Vous n’êtes pas dans ce salon.",
            ],
            sent: vec![
                ("a room that was not joined", call(r#""data":{"amount":1},"receiver":"game-room-2""#)),
                (
                    "a room that was not joined, and the input is wrong as well",
                    call(r#""data":{"amount":"s3cret"},"receiver":"game-room-2""#),
                ),
                ("a room that no rule opens", call(r#""data":{"amount":1},"receiver":"s3cret""#)),
                ("`all` as receiver", call(r#""data":{"amount":1},"receiver":"all""#)),
                ("`__proto__` as receiver", call(r#""data":{"amount":1},"receiver":"__proto__""#)),
            ],
        },
        Case {
            refused: Refused("room-invalid", 400, "{}"),
            sentences: [
                "There is no room with this name.",
                "Er bestaat geen ruimte met deze naam.",
                "Es gibt keinen Raum mit diesem Namen.",
                "Aucun salon ne porte ce nom.",
            ],
            sent: vec![
                ("an empty receiver", call(r#""data":{"amount":1},"receiver":"""#)),
                ("a receiver of 10 KB", call(&format!(r#""data":{{"amount":1}},"receiver":"{}""#, "x".repeat(10_240)))),
            ],
        },
    ]
}

/// What only a `sync` event can carry.
fn calls_by_socket() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “name” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “name” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „name“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « name » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("no name", event("sync", r#"{"version":"v1","receiver":"game-room-1"}"#)),
                ("a name that is a number", event("sync", r#"{"name":5,"version":"v1","receiver":"game-room-1"}"#)),
                (
                    "a name that is nested deeply",
                    event("sync", &format!(r#"{{"name":{},"version":"v1"}}"#, deep("[", 100_000, "]"))),
                ),
            ],
        },
        Case {
            refused: Refused("sync-not-found", 404, "{}"),
            sentences: [
                "This function does not exist.",
                "Deze functie bestaat niet.",
                "Diese Funktion gibt es nicht.",
                "Cette fonction n’existe pas.",
            ],
            sent: vec![("an empty name", event("sync", r#"{"name":"","version":"v1","receiver":"game-room-1"}"#))],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “version” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “version” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „version“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « version » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("no version", event("sync", r#"{"name":"examples/updateCounter","receiver":"game-room-1"}"#)),
                (
                    "a version that is a number",
                    event("sync", r#"{"name":"examples/updateCounter","version":1,"receiver":"game-room-1"}"#),
                ),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: a field is there twice.",
                "Dit bericht heeft niet de verwachte vorm: een veld komt twee keer voor.",
                "Diese Nachricht hat nicht die erwartete Form: ein Feld kommt zweimal vor.",
                "Ce message n’a pas la forme attendue : un champ s’y trouve deux fois.",
            ],
            sent: vec![(
                "the name twice",
                event(
                    "sync",
                    r#"{"name":"examples/updateCounter","name":"root/announce","version":"v1","receiver":"game-room-1"}"#,
                ),
            )],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “id” must be 1 to 64 visible ASCII characters.",
                "Dit bericht heeft niet de verwachte vorm: “id” moet uit 1 tot 64 zichtbare ASCII-tekens bestaan.",
                "Diese Nachricht hat nicht die erwartete Form: „id“ muss aus 1 bis 64 sichtbaren ASCII-Zeichen bestehen.",
                "Ce message n’a pas la forme attendue : « id » doit compter de 1 à 64 caractères ASCII visibles.",
            ],
            sent: vec![
                ("an empty id", with_id("\"\"")),
                ("an id of 65 characters", with_id(&format!("{:?}", "x".repeat(65)))),
                ("an id with a space", with_id(r#""s3 cret""#)),
                ("an id that is not ASCII", with_id(r#""clé""#)),
                ("an id that is a number", with_id("5")),
                ("an id that is null", with_id("null")),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it must be a JSON object.",
                "Dit bericht heeft niet de verwachte vorm: het moet een JSON-object zijn.",
                "Diese Nachricht hat nicht die erwartete Form: sie muss ein JSON-Objekt sein.",
                "Ce message n’a pas la forme attendue : il doit être un objet JSON.",
            ],
            sent: vec![("a `sync` without payload", raw(r#"["sync"]"#))],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: binary data is not accepted.",
                "Dit bericht heeft niet de verwachte vorm: binaire gegevens worden niet aangenomen.",
                "Diese Nachricht hat nicht die erwartete Form: binäre Daten werden nicht angenommen.",
                "Ce message n’a pas la forme attendue : les données binaires ne sont pas acceptées.",
            ],
            sent: vec![("a message with binary data", binary())],
        },
    ]
}

/// The other events of a socket.
fn events() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: this event is unknown; known are sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence and syncCancel.",
                "Dit bericht heeft niet de verwachte vorm: deze gebeurtenis is onbekend; bekend zijn sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence en syncCancel.",
                "Diese Nachricht hat nicht die erwartete Form: dieses Ereignis ist unbekannt; bekannt sind sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence und syncCancel.",
                "Ce message n’a pas la forme attendue : cet événement est inconnu ; sont connus sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence et syncCancel.",
            ],
            sent: vec![
                ("an unknown event", event("s3cret", r#"{"room":"game-room-1"}"#)),
                ("an event of the server’s", event("presence", r#"{"room":"game-room-1","kind":"joined","user":{}}"#)),
                ("`__proto__` as an event", event("__proto__", "{}")),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “room” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “room” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „room“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « room » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("joining without saying where", event("joinRoom", "{}")),
                ("joining a room that is a number", event("joinRoom", r#"{"room":5}"#)),
                ("leaving without saying what", event("leaveRoom", "{}")),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it must be a JSON object.",
                "Dit bericht heeft niet de verwachte vorm: het moet een JSON-object zijn.",
                "Diese Nachricht hat nicht die erwartete Form: sie muss ein JSON-Objekt sein.",
                "Ce message n’a pas la forme attendue : il doit être un objet JSON.",
            ],
            sent: vec![
                ("joining without a payload", raw(r#"["joinRoom"]"#)),
                ("joining by a text", event("joinRoom", r#""s3cret""#)),
                ("joining by a list", event("joinRoom", r#"["game-room-1"]"#)),
                ("leaving by a list", event("leaveRoom", r#"["game-room-1"]"#)),
                ("a location that is a text", event("updateLocation", r#""s3cret""#)),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: a field is there twice.",
                "Dit bericht heeft niet de verwachte vorm: een veld komt twee keer voor.",
                "Diese Nachricht hat nicht die erwartete Form: ein Feld kommt zweimal vor.",
                "Ce message n’a pas la forme attendue : un champ s’y trouve deux fois.",
            ],
            sent: vec![(
                "joining two rooms at once",
                event("joinRoom", r#"{"room":"game-room-1","room":"game-room-2"}"#),
            )],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “after” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “after” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „after“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « after » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("joining after a position that is a number", event("joinRoom", r#"{"room":"game-room-1","after":5}"#)),
                ("joining after a position that is null", event("joinRoom", r#"{"room":"game-room-1","after":null}"#)),
            ],
        },
        Case {
            refused: Refused("room-invalid", 400, "{}"),
            sentences: [
                "There is no room with this name.",
                "Er bestaat geen ruimte met deze naam.",
                "Es gibt keinen Raum mit diesem Namen.",
                "Aucun salon ne porte ce nom.",
            ],
            sent: vec![
                ("joining a room without a name", event("joinRoom", r#"{"room":""}"#)),
                (
                    "joining a room with a name of 10 KB",
                    event("joinRoom", &format!(r#"{{"room":"game-room-{}"}}"#, "x".repeat(10_240))),
                ),
                ("joining a room whose parameter is empty", event("joinRoom", r#"{"room":"game-room-"}"#)),
                ("joining a room whose parameter has a space", event("joinRoom", r#"{"room":"game-room-s3 cret"}"#)),
                ("joining a room whose parameter is not ASCII", event("joinRoom", r#"{"room":"game-room-ä"}"#)),
                ("joining a room whose parameter is no number", event("joinRoom", r#"{"room":"nested-s3cret"}"#)),
                (
                    "joining a room that its rule refuses",
                    event("joinRoom", &format!(r#"{{"room":"game-room-{}"}}"#, "x".repeat(41))),
                ),
            ],
        },
        Case {
            refused: Refused("room-forbidden", 403, "{}"),
            sentences: [
                "You may not enter this room.",
                "Je mag deze ruimte niet betreden.",
                "Du darfst diesen Raum nicht betreten.",
                "Vous n’avez pas accès à ce salon.",
            ],
            sent: vec![
                ("joining a room that no rule opens", event("joinRoom", r#"{"room":"s3cret"}"#)),
                ("joining `__proto__`", event("joinRoom", r#"{"room":"__proto__"}"#)),
                ("joining `constructor`", event("joinRoom", r#"{"room":"constructor"}"#)),
                ("joining `all`", event("joinRoom", r#"{"room":"all"}"#)),
            ],
        },
        Case {
            refused: Refused("auth-required", 401, "{}"),
            sentences: [
                "Please sign in first.",
                "Meld je eerst aan.",
                "Bitte melde dich zuerst an.",
                "Veuillez d’abord vous connecter.",
            ],
            sent: vec![("joining without having signed in", event("joinRoom", r#"{"room":"game-room-1"}"#).by_guest())],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “pathName” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “pathName” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „pathName“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « pathName » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                ("a location without a path", event("updateLocation", r#"{"searchParams":{}}"#)),
                (
                    "a location whose path is a list",
                    event("updateLocation", r#"{"pathName":["s3cret"],"searchParams":{}}"#),
                ),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “pathName” must have at most 2 KB.",
                "Dit bericht heeft niet de verwachte vorm: “pathName” mag hoogstens 2 kB lang zijn.",
                "Diese Nachricht hat nicht die erwartete Form: „pathName“ darf höchstens 2 KB lang sein.",
                "Ce message n’a pas la forme attendue : « pathName » doit compter au plus 2 Ko.",
            ],
            sent: vec![(
                "a location whose path has 10 KB",
                event("updateLocation", &format!(r#"{{"pathName":"/{}"}}"#, "x".repeat(10_240))),
            )],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “searchParams” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “searchParams” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „searchParams“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « searchParams » manque ou n’a pas le type attendu.",
            ],
            sent: vec![
                (
                    "a location whose parameters are a text",
                    event("updateLocation", r#"{"pathName":"/","searchParams":"s3cret"}"#),
                ),
                (
                    "a location with a parameter that is no text",
                    event("updateLocation", r#"{"pathName":"/","searchParams":{"s3cret":5}}"#),
                ),
            ],
        },
    ]
}

/// What only HTTP can carry.
fn requests() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it must be a JSON object.",
                "Dit bericht heeft niet de verwachte vorm: het moet een JSON-object zijn.",
                "Diese Nachricht hat nicht die erwartete Form: sie muss ein JSON-Objekt sein.",
                "Ce message n’a pas la forme attendue : il doit être un objet JSON.",
            ],
            sent: vec![("an empty body", post(""))],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it is not valid JSON.",
                "Dit bericht heeft niet de verwachte vorm: het is geen geldige JSON.",
                "Diese Nachricht hat nicht die erwartete Form: sie ist kein gültiges JSON.",
                "Ce message n’a pas la forme attendue : ce n’est pas du JSON valide.",
            ],
            sent: vec![
                ("a body that is cut off", post(r#"{"data":{"amount":"s3cret"#)),
                ("a body with something behind it", post(r#"{"data":{"amount":1},"receiver":"game-room-1"}{}"#)),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: it is not valid UTF-8.",
                "Dit bericht heeft niet de verwachte vorm: het is geen geldige UTF-8.",
                "Diese Nachricht hat nicht die erwartete Form: sie ist kein gültiges UTF-8.",
                "Ce message n’a pas la forme attendue : ce n’est pas de l’UTF-8 valide.",
            ],
            sent: vec![("a body that is not UTF-8", post(*b"{\"receiver\":\"s3cret\xff\"}"))],
        },
        Case {
            refused: Refused("sync-unsupported-media-type", 415, "{}"),
            sentences: [
                "The request must be sent as application/json.",
                "Het verzoek moet als application/json worden verzonden.",
                "Die Anfrage muss als application/json gesendet werden.",
                "La requête doit être envoyée en application/json.",
            ],
            sent: vec![
                ("a form", post("receiver=s3cret").header("content-type", "application/x-www-form-urlencoded")),
                ("a body without a type", post(GOOD).header("content-type", "")),
                ("a text that is JSON", post(GOOD).header("content-type", "text/plain")),
            ],
        },
        Case {
            refused: Refused("sync-method-not-allowed", 405, "{}"),
            sentences: [
                "This address does not take this method.",
                "Dit adres neemt deze methode niet aan.",
                "Diese Adresse nimmt diese Methode nicht an.",
                "Cette adresse n’accepte pas cette méthode.",
            ],
            sent: vec![
                ("the method GET", post(GOOD).method(Method::GET)),
                ("the method PUT", post(GOOD).method(Method::PUT)),
                ("the method DELETE", post(GOOD).method(Method::DELETE)),
                ("the method PATCH", post(GOOD).method(Method::PATCH)),
            ],
        },
        Case {
            refused: Refused("sync-not-found", 404, "{}"),
            sentences: [
                "This function does not exist.",
                "Deze functie bestaat niet.",
                "Diese Funktion gibt es nicht.",
                "Cette fonction n’existe pas.",
            ],
            sent: vec![
                ("the folder of all routes", post(GOOD).path("/sync")),
                ("a path with a name only", post(GOOD).path("/sync/updateCounter")),
                ("a path that is too long", post(GOOD).path("/sync/examples/updateCounter/v1/s3cret")),
            ],
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “id” must be 1 to 64 visible ASCII characters.",
                "Dit bericht heeft niet de verwachte vorm: “id” moet uit 1 tot 64 zichtbare ASCII-tekens bestaan.",
                "Diese Nachricht hat nicht die erwartete Form: „id“ muss aus 1 bis 64 sichtbaren ASCII-Zeichen bestehen.",
                "Ce message n’a pas la forme attendue : « id » doit compter de 1 à 64 caractères ASCII visibles.",
            ],
            sent: vec![
                ("an empty id", post(GOOD).header("idempotency-key", "")),
                ("an id of 65 characters", post(GOOD).header("idempotency-key", &"x".repeat(65))),
                ("an id with a space", post(GOOD).header("idempotency-key", "s3 cret")),
                ("an id that is not ASCII", post(GOOD).header("idempotency-key", "clé")),
            ],
        },
        Case {
            refused: Refused("auth-required", 401, "{}"),
            sentences: [
                "Please sign in first.",
                "Meld je eerst aan.",
                "Bitte melde dich zuerst an.",
                "Veuillez d’abord vous connecter.",
            ],
            sent: vec![
                ("a token that is not valid", post(GOOD).header("authorization", "Bearer s3cret").by_guest()),
                ("a token of another kind", post(GOOD).header("authorization", "Basic s3cret").by_guest()),
                (
                    "a token that is not valid, in a cookie",
                    post(GOOD).header("cookie", "session=s3cret").header("sec-fetch-site", "same-origin").by_guest(),
                ),
            ],
        },
    ]
}

/// What a query says, for `examples/echo` of the test app.
pub(super) fn queries() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"text","reason":"missing"}"#),
            sentences: ["“text” is missing.", "“text” ontbreekt.", "„text“ fehlt.", "« text » manque."],
            sent: vec![("no query", query("")), ("a query without its required field", query("number=1&flag=true"))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"number","reason":"expected-integer"}"#),
            sentences: [
                "“number” must be a whole number.",
                "“number” moet een geheel getal zijn.",
                "„number“ muss eine ganze Zahl sein.",
                "« number » doit être un nombre entier.",
            ],
            sent: vec![
                ("a number that is a text", query("text=a&number=s3cret")),
                ("a number of which nothing is there", query("text=a&number=")),
                ("a number without its equals sign", query("text=a&number")),
                ("a whole number that is not whole", query("text=a&number=1.5")),
                ("a number with a plus", query("text=a&number=%2B1")),
                ("a number with a space", query("text=a&number=+1")),
                ("a number that begins with 0", query("text=a&number=01")),
                ("a number that is JSON", query("text=a&number=[1]")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"number","reason":"out-of-range"}"#),
            sentences: [
                "“number” is too large or too small.",
                "“number” is te groot of te klein.",
                "„number“ ist zu groß oder zu klein.",
                "« number » est trop grand ou trop petit.",
            ],
            sent: vec![
                ("a number beyond its type", query("text=a&number=2147483648")),
                ("a number far beyond its type", query("text=a&number=-123456789012345678901234567890")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"ratio","reason":"expected-number"}"#),
            sentences: [
                "“ratio” must be a number.",
                "“ratio” moet een getal zijn.",
                "„ratio“ muss eine Zahl sein.",
                "« ratio » doit être un nombre.",
            ],
            sent: vec![
                ("a number that is a text", query("text=a&ratio=s3cret")),
                ("a number that is none", query("text=a&ratio=NaN")),
                ("a number without end", query("text=a&ratio=Infinity")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"ratio","reason":"range"}"#),
            sentences: [
                "“ratio” is outside the allowed range.",
                "“ratio” ligt buiten het toegestane bereik.",
                "„ratio“ liegt außerhalb des erlaubten Bereichs.",
                "« ratio » est hors des limites permises.",
            ],
            sent: vec![("a number that the rule refuses", query("text=a&ratio=10.5"))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"flag","reason":"expected-boolean"}"#),
            sentences: [
                "“flag” must be true or false.",
                "“flag” moet true of false zijn.",
                "„flag“ muss true oder false sein.",
                "« flag » doit valoir true ou false.",
            ],
            sent: vec![
                ("a boolean that is a number", query("text=a&flag=1")),
                ("a boolean in capitals", query("text=a&flag=TRUE")),
                ("a boolean without its equals sign", query("text=a&flag")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"color","reason":"unknown-variant"}"#),
            sentences: [
                "“color” is not one of the known choices.",
                "“color” is geen van de bekende keuzes.",
                "„color“ ist keine der bekannten Möglichkeiten.",
                "« color » n’est pas un des choix connus.",
            ],
            sent: vec![
                ("a variant that there is not", query("text=a&color=s3cret")),
                ("a variant in Rust’s spelling", query("text=a&color=DarkRed")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"day","reason":"invalid-format"}"#),
            sentences: [
                "“day” is not written as expected.",
                "“day” is niet geschreven zoals verwacht.",
                "„day“ ist nicht wie erwartet geschrieben.",
                "« day » n’est pas écrit comme attendu.",
            ],
            sent: vec![("a day that is none", query("text=a&day=2026-02-30"))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"text","reason":"duplicate-field"}"#),
            sentences: [
                "“text” is there twice.",
                "“text” komt twee keer voor.",
                "„text“ kommt zweimal vor.",
                "« text » s’y trouve deux fois.",
            ],
            sent: vec![
                ("a field twice", query("text=a&text=s3cret")),
                ("a field once more with an escape in its name", query("text=a&t%65xt=s3cret")),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"text[]","reason":"unknown-field"}"#),
            sentences: [
                "“text[]” is not a known field.",
                "“text[]” is geen bekend veld.",
                "„text[]“ ist kein bekanntes Feld.",
                "« text[] » n’est pas un champ connu.",
            ],
            sent: vec![("a list as others write it", query("text=a&text[]=s3cret"))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"__proto__","reason":"unknown-field"}"#),
            sentences: [
                "“__proto__” is not a known field.",
                "“__proto__” is geen bekend veld.",
                "„__proto__“ ist kein bekanntes Feld.",
                "« __proto__ » n’est pas un champ connu.",
            ],
            sent: vec![("`__proto__` as a field", query("text=a&__proto__=s3cret"))],
        },
    ]
}

/// What hides deeper in an input, for `strict/take` of the test app.
pub(super) fn nested() -> Vec<Case> {
    vec![
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[1].extra","reason":"unknown-field"}"#),
            sentences: [
                "“tags[1].extra” is not a known field.",
                "“tags[1].extra” is geen bekend veld.",
                "„tags[1].extra“ ist kein bekanntes Feld.",
                "« tags[1].extra » n’est pas un champ connu.",
            ],
            sent: vec![(
                "an unknown field in an item",
                data(r#"{"tags":[{"name":"a","weight":1},{"name":"b","weight":1,"extra":"s3cret"}]}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[0].weight","reason":"missing"}"#),
            sentences: [
                "“tags[0].weight” is missing.",
                "“tags[0].weight” ontbreekt.",
                "„tags[0].weight“ fehlt.",
                "« tags[0].weight » manque.",
            ],
            sent: vec![("an item without a field", data(r#"{"tags":[{"name":"a"}]}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[0].weight","reason":"expected-integer"}"#),
            sentences: [
                "“tags[0].weight” must be a whole number.",
                "“tags[0].weight” moet een geheel getal zijn.",
                "„tags[0].weight“ muss eine ganze Zahl sein.",
                "« tags[0].weight » doit être un nombre entier.",
            ],
            sent: vec![("an item with a text for a number", data(r#"{"tags":[{"name":"a","weight":"s3cret"}]}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[0].weight","reason":"duplicate-field"}"#),
            sentences: [
                "“tags[0].weight” is there twice.",
                "“tags[0].weight” komt twee keer voor.",
                "„tags[0].weight“ kommt zweimal vor.",
                "« tags[0].weight » s’y trouve deux fois.",
            ],
            sent: vec![("an item with a field twice", data(r#"{"tags":[{"name":"a","weight":1,"weight":2}]}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[1].weight","reason":"range"}"#),
            sentences: [
                "“tags[1].weight” is outside the allowed range.",
                "“tags[1].weight” ligt buiten het toegestane bereik.",
                "„tags[1].weight“ liegt außerhalb des erlaubten Bereichs.",
                "« tags[1].weight » est hors des limites permises.",
            ],
            sent: vec![(
                "an item that a rule refuses",
                data(r#"{"tags":[{"name":"a","weight":1},{"name":"b","weight":11}]}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags[0]","reason":"expected-object"}"#),
            sentences: [
                "“tags[0]” must be an object.",
                "“tags[0]” moet een object zijn.",
                "„tags[0]“ muss ein Objekt sein.",
                "« tags[0] » doit être un objet.",
            ],
            sent: vec![("an array where an item is a struct", data(r#"{"tags":[["s3cret",1]]}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"tags","reason":"expected-array"}"#),
            sentences: [
                "“tags” must be a list.",
                "“tags” moet een lijst zijn.",
                "„tags“ muss eine Liste sein.",
                "« tags » doit être une liste.",
            ],
            sent: vec![("a struct where a list is meant", data(r#"{"tags":{"name":"s3cret","weight":1}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"color","reason":"unknown-variant"}"#),
            sentences: [
                "“color” is not one of the known choices.",
                "“color” is geen van de bekende keuzes.",
                "„color“ ist keine der bekannten Möglichkeiten.",
                "« color » n’est pas un des choix connus.",
            ],
            sent: vec![
                ("a variant that there is not", data(r#"{"color":"s3cret"}"#)),
                ("a variant in Rust’s spelling", data(r#"{"color":"DarkRed"}"#)),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"color","reason":"expected-string"}"#),
            sentences: [
                "“color” must be a text.",
                "“color” moet een tekst zijn.",
                "„color“ muss ein Text sein.",
                "« color » doit être un texte.",
            ],
            sent: vec![("an object where a variant is a text", data(r#"{"color":{"green":null}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"mark","reason":"expected-string"}"#),
            sentences: [
                "“mark” must be a text.",
                "“mark” moet een tekst zijn.",
                "„mark“ muss ein Text sein.",
                "« mark » doit être un texte.",
            ],
            sent: vec![("a unit variant with something in it", data(r#"{"mark":{"plain":{"extra":"s3cret"}}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"mark.plain","reason":"unknown-field"}"#),
            sentences: [
                "“mark.plain” is not a known field.",
                "“mark.plain” is geen bekend veld.",
                "„mark.plain“ ist kein bekanntes Feld.",
                "« mark.plain » n’est pas un champ connu.",
            ],
            sent: vec![(
                "a unit variant beside another one",
                data(r#"{"mark":{"colored":{"color":"green"},"plain":null}}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"mark.colored.extra","reason":"unknown-field"}"#),
            sentences: [
                "“mark.colored.extra” is not a known field.",
                "“mark.colored.extra” is geen bekend veld.",
                "„mark.colored.extra“ ist kein bekanntes Feld.",
                "« mark.colored.extra » n’est pas un champ connu.",
            ],
            sent: vec![(
                "an unknown field in a variant",
                data(r#"{"mark":{"colored":{"color":"green","extra":"s3cret"}}}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"mark","reason":"expected-object"}"#),
            sentences: [
                "“mark” must be an object.",
                "“mark” moet een object zijn.",
                "„mark“ muss ein Objekt sein.",
                "« mark » doit être un objet.",
            ],
            sent: vec![("a variant without what it carries", data(r#"{"mark":"colored"}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step.to","reason":"unknown-field"}"#),
            sentences: [
                "“step.to” is not a known field.",
                "“step.to” is geen bekend veld.",
                "„step.to“ ist kein bekanntes Feld.",
                "« step.to » n’est pas un champ connu.",
            ],
            sent: vec![
                (
                    "an unknown field beside a tag whose variant has no fields",
                    data(r#"{"step":{"kind":"pass","to":"s3cret"}}"#),
                ),
                ("an unknown field before such a tag", data(r#"{"step":{"to":"s3cret","kind":"pass"}}"#)),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step.to","reason":"missing"}"#),
            sentences: ["“step.to” is missing.", "“step.to” ontbreekt.", "„step.to“ fehlt.", "« step.to » manque."],
            sent: vec![("a tag without the fields of its variant", data(r#"{"step":{"kind":"move"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step.kind","reason":"missing"}"#),
            sentences: [
                "“step.kind” is missing.",
                "“step.kind” ontbreekt.",
                "„step.kind“ fehlt.",
                "« step.kind » manque.",
            ],
            sent: vec![("no tag", data(r#"{"step":{"to":"s3cret"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step.kind","reason":"expected-string"}"#),
            sentences: [
                "“step.kind” must be a text.",
                "“step.kind” moet een tekst zijn.",
                "„step.kind“ muss ein Text sein.",
                "« step.kind » doit être un texte.",
            ],
            sent: vec![("a tag that is a number", data(r#"{"step":{"kind":5}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step.kind","reason":"unknown-variant"}"#),
            sentences: [
                "“step.kind” is not one of the known choices.",
                "“step.kind” is geen van de bekende keuzes.",
                "„step.kind“ ist keine der bekannten Möglichkeiten.",
                "« step.kind » n’est pas un des choix connus.",
            ],
            sent: vec![("a tag that there is not", data(r#"{"step":{"kind":"__proto__"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"step","reason":"expected-object"}"#),
            sentences: [
                "“step” must be an object.",
                "“step” moet een object zijn.",
                "„step“ muss ein Objekt sein.",
                "« step » doit être un objet.",
            ],
            sent: vec![("a list where a tag is meant", data(r#"{"step":["pass"]}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"answer.value","reason":"unknown-field"}"#),
            sentences: [
                "“answer.value” is not a known field.",
                "“answer.value” is geen bekend veld.",
                "„answer.value“ ist kein bekanntes Feld.",
                "« answer.value » n’est pas un champ connu.",
            ],
            sent: vec![(
                "content beside a variant that has none",
                data(r#"{"answer":{"kind":"no","value":"s3cret"}}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"answer.value","reason":"missing"}"#),
            sentences: [
                "“answer.value” is missing.",
                "“answer.value” ontbreekt.",
                "„answer.value“ fehlt.",
                "« answer.value » manque.",
            ],
            sent: vec![("a variant without its content", data(r#"{"answer":{"kind":"yes"}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"answer.value.extra","reason":"unknown-field"}"#),
            sentences: [
                "“answer.value.extra” is not a known field.",
                "“answer.value.extra” is geen bekend veld.",
                "„answer.value.extra“ ist kein bekanntes Feld.",
                "« answer.value.extra » n’est pas un champ connu.",
            ],
            sent: vec![(
                "an unknown field in the content",
                data(r#"{"answer":{"kind":"yes","value":{"reason":"r","extra":"s3cret"}}}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"answer.extra","reason":"unknown-field"}"#),
            sentences: [
                "“answer.extra” is not a known field.",
                "“answer.extra” is geen bekend veld.",
                "„answer.extra“ ist kein bekanntes Feld.",
                "« answer.extra » n’est pas un champ connu.",
            ],
            sent: vec![(
                "an unknown field beside the content",
                data(r#"{"answer":{"kind":"yes","value":{"reason":"r"},"extra":"s3cret"}}"#),
            )],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"either","reason":"no-variant-matches"}"#),
            sentences: [
                "“either” fits none of the known forms.",
                "“either” past bij geen van de bekende vormen.",
                "„either“ passt zu keiner der bekannten Formen.",
                "« either » ne correspond à aucune des formes connues.",
            ],
            sent: vec![
                ("neither of two forms", data(r#"{"either":{"number":"s3cret"}}"#)),
                ("two forms at once", data(r#"{"either":{"number":1,"text":"s3cret"}}"#)),
            ],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"scores.__proto__","reason":"out-of-range"}"#),
            sentences: [
                "“scores.__proto__” is too large or too small.",
                "“scores.__proto__” is te groot of te klein.",
                "„scores.__proto__“ ist zu groß oder zu klein.",
                "« scores.__proto__ » est trop grand ou trop petit.",
            ],
            sent: vec![("a key of a map whose value is out of range", data(r#"{"scores":{"__proto__":256}}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"day","reason":"invalid-format"}"#),
            sentences: [
                "“day” is not written as expected.",
                "“day” is niet geschreven zoals verwacht.",
                "„day“ ist nicht wie erwartet geschrieben.",
                "« day » n’est pas écrit comme attendu.",
            ],
            sent: vec![("a day that is none", data(r#"{"day":"2023-02-29"}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"day","reason":"expected-string"}"#),
            sentences: [
                "“day” must be a text.",
                "“day” moet een tekst zijn.",
                "„day“ muss ein Text sein.",
                "« day » doit être un texte.",
            ],
            sent: vec![("a day that is a number", data(r#"{"day":20230201}"#))],
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"note","reason":"too-deep"}"#),
            sentences: [
                "“note” is nested too deeply.",
                "“note” is te diep genest.",
                "„note“ ist zu tief verschachtelt.",
                "« note » est imbriqué trop profondément.",
            ],
            sent: vec![
                (
                    "a free value that is nested deeply",
                    data(&format!(r#"{{"note":{}}}"#, deep(r#"{"a":"#, 1_000, "}"))),
                ),
                (
                    "a free value that is nested very deeply",
                    data(&format!(r#"{{"note":{}}}"#, deep(r#"{"a":"#, 100_000, "}"))),
                ),
            ],
        },
    ]
}

/// Actions on values of the test app, by members of `shared-1`, where the names of `shared/kept/v2` are nearly too long already.
pub(super) fn actions() -> Vec<Case> {
    const ADD: &str = r#""action":{"add":{"amount":1,"by":"s3cret"}}"#;
    let kept = |what, fields: &str| act(what, "shared/kept", "v1", &format!(r#""room":"shared-1",{fields}"#));
    let too_large = format!(r#""room":"shared-1","action":{{"add":{{"amount":1,"by":"{}"}}}}"#, "s3".repeat(LIMIT / 2));
    let too_long = format!(r#""action":{{"add":{{"amount":1,"by":"{}"}}}}"#, "s3".repeat(250_000));
    vec![
        Case {
            refused: Refused("sync-not-found", 404, "{}"),
            sentences: [
                "This function does not exist.",
                "Deze functie bestaat niet.",
                "Diese Funktion gibt es nicht.",
                "Cette fonction n’existe pas.",
            ],
            sent: [
                act("a state that there is not", "shared/s3cret", "v1", &format!(r#""room":"shared-1",{ADD}"#)),
                act("a version that there is not", "shared/kept", "v9", &format!(r#""room":"shared-1",{ADD}"#)),
                act("an event that is no state", "strict/take", "v1", &format!(r#""room":"shared-1",{ADD}"#)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        },
        Case {
            refused: Refused("sync-not-in-room", 403, "{}"),
            sentences: [
                "You are not in this room.",
                "Je bent niet in deze ruimte.",
                "Du bist nicht in diesem Raum.",
                "Vous n’êtes pas dans ce salon.",
            ],
            sent: act("a room that one is not in", "shared/kept", "v1", &format!(r#""room":"shared-s3",{ADD}"#)).into(),
        },
        Case {
            refused: Refused("room-invalid", 400, "{}"),
            sentences: [
                "There is no room with this name.",
                "Er bestaat geen ruimte met deze naam.",
                "Es gibt keinen Raum mit diesem Namen.",
                "Aucun salon ne porte ce nom.",
            ],
            sent: [
                act("a room of another kind", "shared/kept", "v1", &format!(r#""room":"open-s3",{ADD}"#)),
                act("a room without a name", "shared/kept", "v1", &format!(r#""room":"",{ADD}"#)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “room” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “room” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „room“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « room » manque ou n’a pas le type attendu.",
            ],
            sent: [
                act("no room", "shared/kept", "v1", ADD),
                act("a list of rooms", "shared/kept", "v1", &format!(r#""room":["shared-1"],{ADD}"#)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        },
        Case {
            refused: Refused("sync-bad-request", 400, "{}"),
            sentences: [
                "This message is not of the expected form: “action” is missing or not of the expected type.",
                "Dit bericht heeft niet de verwachte vorm: “action” ontbreekt of heeft niet het verwachte type.",
                "Diese Nachricht hat nicht die erwartete Form: „action“ fehlt oder hat nicht den erwarteten Typ.",
                "Ce message n’a pas la forme attendue : « action » manque ou n’a pas le type attendu.",
            ],
            sent: act("no action", "shared/kept", "v1", r#""room":"shared-1""#).into(),
        },
        Case {
            refused: Refused("sync-invalid-input", 400, r#"{"path":"","reason":"unknown-variant"}"#),
            sentences: [
                "The input is not one of the known choices.",
                "De invoer is geen van de bekende keuzes.",
                "Die Eingabe ist keine der bekannten Möglichkeiten.",
                "La saisie n’est pas un des choix connus.",
            ],
            sent: kept("an action that there is not", r#""action":{"s3cret":{}}"#).into(),
        },
        Case {
            refused: Refused("sync-too-large", 413, r#"{"limit":1000000}"#),
            sentences: [
                "The message is too large; at most 1000000 bytes are allowed.",
                "Het bericht is te groot; hoogstens 1000000 bytes zijn toegestaan.",
                "Die Nachricht ist zu groß; höchstens 1000000 Byte sind erlaubt.",
                "Le message est trop grand ; 1000000 octets au plus sont permis.",
            ],
            sent: act("an action that is too large", "shared/kept", "v1", &too_large).into(),
        },
        Case {
            refused: Refused("state-invalid", 400, r#"{"path":"count","reason":"range"}"#),
            sentences: [
                "This would break a rule of “count”.",
                "Dit zou een regel van “count” schenden.",
                "Das würde eine Regel von „count“ verletzen.",
                "Cela enfreindrait une règle de « count ».",
            ],
            sent: kept("a value that breaks its rules", r#""action":{"add":{"amount":1000001,"by":"s3cret"}}"#).into(),
        },
        Case {
            refused: Refused("state-invalid", 400, r#"{"path":"","reason":"too-large"}"#),
            sentences: [
                "This has become too large; nothing can be added.",
                "Dit is te groot geworden; er kan niets meer bij.",
                "Das ist zu groß geworden; es kann nichts mehr hinzukommen.",
                "C’est devenu trop grand ; rien ne peut être ajouté.",
            ],
            sent: act("a value of more than 1 MiB", "shared/kept", "v2", &format!(r#""room":"shared-1",{too_long}"#))
                .into(),
        },
    ]
}
