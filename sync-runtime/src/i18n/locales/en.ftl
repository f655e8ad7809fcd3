# What the framework says itself. An app words a code its own way by defining the same id in locales/en/*.ftl.
# The TypeScript client says some of it, too: after a change, `npm run generate -w syncwright`. It says the attribute `client` of a message where there
# is one, because a code can have another cause there.

auth-forbidden = You are not allowed to do this ({ $key }).
auth-required = Please sign in first.
auth-user-changed = Somebody else is signed in now.
cursor-too-old = This has changed too much since it was read last; it is read anew.
entity-exists = There is one with this name already.
# No code: what the client says of a refusal whose code it has no sentence for.
connection-refused = The server refused the connection.
mutation-out-of-order = This change came before another one ({ $expected }).
mutation-skipped = This was not tried, since what came before it was refused.
mutation-unknown = This change does not exist.
offline-dropped = A change made offline could not be sent ({ $reason }).
offline-queue-full = Too many changes are waiting for a connection.
origin-forbidden = This website may not use this server.
replica-read-only = This data is changed elsewhere, and cannot be changed here.
room-forbidden = You may not enter this room.
room-invalid = There is no room with this name.
room-limit = You can be in at most { $limit } rooms at once.
scope-forbidden = You may not change or see this.
session-unavailable = Your sign-in cannot be checked at the moment; try again soon.
state-conflict = Somebody else was faster: this has changed meanwhile.
state-invalid = { $reason ->
    [too-large] This has become too large; nothing can be added.
    [too-deep] This is nested too deeply.
   *[other] { $subject ->
        [top] This would break a rule.
       *[other] This would break a rule of “{ $path }”.
    }
}
state-unavailable = This cannot be loaded or saved at the moment; try again soon.
store-unavailable = This cannot be stored at the moment; try again soon.
sync-bad-request = This message is not of the expected form: { $subject ->
    [not-an-object] it must be a JSON object
    [json] it is not valid JSON
    [duplicate-field] a field is there twice
    [event] this event is unknown; known are sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence and syncCancel
    [binary] binary data is not accepted
    [utf-8] it is not valid UTF-8
    [ignoreSelf] “ignoreSelf” must be true, false or "session"
    [id] “id” must be 1 to 64 visible ASCII characters
    [stream-id] “stream” needs an “id”, under which chunks are sent
    [no-report] this route does not tell what becomes of its events: leave “report” out
    [path-too-long] “pathName” must have at most 2 KB
   *[other] “{ $subject }” is missing or not of the expected type
}.
    .client = This request could not be sent.
sync-cancelled = The call was cancelled.
sync-client-failed = This event could not be prepared for you.
sync-disconnected = The connection was lost before the answer arrived.
sync-id-reused = This id was already used for another call.
sync-invalid-input = { $subject ->
    [top] The input
   *[other] “{ $path }”
} { $reason ->
    [missing] is missing
    [unknown-field] is not a known field
    [unknown-variant] is not one of the known choices
    [duplicate-field] is there twice
    [expected-object] must be an object
    [expected-array] must be a list
    [expected-string] must be a text
    [expected-integer] must be a whole number
    [expected-number] must be a number
    [expected-boolean] must be true or false
    [expected-null] must be null
    [wrong-length] has the wrong number of items
    [out-of-range] is too large or too small
    [too-deep] is nested too deeply
    [invalid-format] is not written as expected
    [no-variant-matches] fits none of the known forms
    [invalid-json] is not valid JSON
    [range] is outside the allowed range
    [length] is too short or too long
    [email] is not an e-mail address
    [url] is not a web address
    [must-match] does not match
    [regex] is not written as expected
   *[other] is not valid ({ $reason })
}.
sync-method-not-allowed = This address does not take this method.
sync-no-receivers = Nobody is in this room.
sync-not-found = This function does not exist.
sync-not-in-room = You are not in this room.
sync-outcome-unknown = It is not known whether this happened: the server was interrupted. It is not tried again by itself.
sync-rate-limited = Too many requests; try again in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
sync-retired = This version is not answered any more: it has retired after { $day }. Load the page again.
sync-server-failed = Something went wrong on our side.
sync-shutting-down = The server is restarting; try again in a moment.
sync-timeout = This took too long and was stopped.
    .client = The answer took too long. Please try again.
sync-too-large = The message is too large; at most { $limit } bytes are allowed.
sync-too-many = Too much at once: at most { $limit }.
sync-unavailable = This cannot be done at the moment; try again soon.
sync-unsupported-media-type = The request must be sent as application/json.
