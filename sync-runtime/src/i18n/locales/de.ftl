# What the framework says itself. An app words a code its own way by defining the same id in locales/de/*.ftl.
# The TypeScript client says some of it, too: after a change, `npm run generate -w syncwright`. It says the attribute `client` of a message where there
# is one, because a code can have another cause there.

auth-forbidden = Das ist dir nicht erlaubt ({ $key }).
auth-required = Bitte melde dich zuerst an.
auth-user-changed = Jetzt ist jemand anders angemeldet.
cursor-too-old = Das hat sich seit dem letzten Lesen zu sehr geändert; es wird neu gelesen.
entity-exists = Es gibt schon eines mit diesem Namen.
# No code: what the client says of a refusal whose code it has no sentence for.
connection-refused = Der Server hat die Verbindung abgelehnt.
mutation-out-of-order = Diese Änderung kam vor einer anderen ({ $expected }).
mutation-skipped = Das wurde nicht versucht, weil abgelehnt wurde, was davor kam.
mutation-unknown = Diese Änderung gibt es nicht.
offline-dropped = Eine offline gemachte Änderung konnte nicht gesendet werden ({ $reason }).
offline-queue-full = Zu viele Änderungen warten auf eine Verbindung.
origin-forbidden = Diese Website darf diesen Server nicht benutzen.
replica-read-only = Diese Daten werden anderswo geändert und können hier nicht geändert werden.
room-forbidden = Du darfst diesen Raum nicht betreten.
room-invalid = Es gibt keinen Raum mit diesem Namen.
room-limit = Du kannst in höchstens { $limit } Räumen zugleich sein.
scope-forbidden = Du darfst das nicht sehen oder ändern.
session-unavailable = Deine Anmeldung kann gerade nicht geprüft werden; versuche es gleich noch einmal.
state-conflict = Jemand anders war schneller: Das hat sich inzwischen geändert.
state-invalid = { $reason ->
    [too-large] Das ist zu groß geworden; es kann nichts mehr hinzukommen.
    [too-deep] Das ist zu tief verschachtelt.
   *[other] { $subject ->
        [top] Das würde eine Regel verletzen.
       *[other] Das würde eine Regel von „{ $path }“ verletzen.
    }
}
state-unavailable = Das kann gerade nicht geladen oder gespeichert werden; versuche es bald wieder.
store-unavailable = Das kann gerade nicht gespeichert werden; versuche es bald wieder.
sync-bad-request = Diese Nachricht hat nicht die erwartete Form: { $subject ->
    [not-an-object] sie muss ein JSON-Objekt sein
    [json] sie ist kein gültiges JSON
    [duplicate-field] ein Feld kommt zweimal vor
    [event] dieses Ereignis ist unbekannt; bekannt sind sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence und syncCancel
    [binary] binäre Daten werden nicht angenommen
    [utf-8] sie ist kein gültiges UTF-8
    [ignoreSelf] „ignoreSelf“ muss true, false oder "session" sein
    [id] „id“ muss aus 1 bis 64 sichtbaren ASCII-Zeichen bestehen
    [stream-id] zu „stream“ gehört eine „id“, unter der Stücke geschickt werden
    [no-report] diese Route sagt nicht, was aus ihren Ereignissen wird: „report“ muss wegbleiben
    [path-too-long] „pathName“ darf höchstens 2 KB lang sein
   *[other] „{ $subject }“ fehlt oder hat nicht den erwarteten Typ
}.
    .client = Diese Anfrage konnte nicht gesendet werden.
sync-cancelled = Der Aufruf wurde abgebrochen.
sync-client-failed = Dieses Ereignis konnte nicht für dich aufbereitet werden.
sync-disconnected = Die Verbindung ist abgebrochen, bevor die Antwort da war.
sync-id-reused = Diese Kennung wurde schon für einen anderen Aufruf benutzt.
sync-invalid-input = { $subject ->
    [top] Die Eingabe
   *[other] „{ $path }“
} { $reason ->
    [missing] fehlt
    [unknown-field] ist kein bekanntes Feld
    [unknown-variant] ist keine der bekannten Möglichkeiten
    [duplicate-field] kommt zweimal vor
    [expected-object] muss ein Objekt sein
    [expected-array] muss eine Liste sein
    [expected-string] muss ein Text sein
    [expected-integer] muss eine ganze Zahl sein
    [expected-number] muss eine Zahl sein
    [expected-boolean] muss true oder false sein
    [expected-null] muss null sein
    [wrong-length] hat die falsche Anzahl von Einträgen
    [out-of-range] ist zu groß oder zu klein
    [too-deep] ist zu tief verschachtelt
    [invalid-format] ist nicht wie erwartet geschrieben
    [no-variant-matches] passt zu keiner der bekannten Formen
    [invalid-json] ist kein gültiges JSON
    [range] liegt außerhalb des erlaubten Bereichs
    [length] ist zu kurz oder zu lang
    [email] ist keine E-Mail-Adresse
    [url] ist keine Webadresse
    [must-match] stimmt nicht überein
    [regex] ist nicht wie erwartet geschrieben
   *[other] ist nicht gültig ({ $reason })
}.
sync-method-not-allowed = Diese Adresse nimmt diese Methode nicht an.
sync-no-receivers = In diesem Raum ist niemand.
sync-not-found = Diese Funktion gibt es nicht.
sync-not-in-room = Du bist nicht in diesem Raum.
sync-outcome-unknown = Es ist nicht bekannt, ob dies geschehen ist: Der Server wurde unterbrochen. Von selbst wird es nicht noch einmal versucht.
sync-rate-limited = Zu viele Anfragen; versuche es in { $seconds ->
    [one] einer Sekunde
   *[other] { $seconds } Sekunden
} noch einmal.
sync-retired = Diese Version wird nicht mehr beantwortet: Sie galt bis einschließlich { $day }. Laden Sie die Seite neu.
sync-server-failed = Bei uns ist etwas schiefgegangen.
sync-shutting-down = Der Server startet neu; versuche es gleich noch einmal.
sync-timeout = Das hat zu lange gedauert und wurde beendet.
    .client = Die Antwort hat zu lange gedauert; versuche es noch einmal.
sync-too-large = Die Nachricht ist zu groß; höchstens { $limit } Byte sind erlaubt.
sync-too-many = Zu viel auf einmal: höchstens { $limit }.
sync-unavailable = Das ist im Moment nicht möglich; versuche es bald wieder.
sync-unsupported-media-type = Die Anfrage muss als application/json gesendet werden.
