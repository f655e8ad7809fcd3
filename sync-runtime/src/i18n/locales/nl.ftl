# What the framework says itself. An app words a code its own way by defining the same id in locales/nl/*.ftl.
# The TypeScript client says some of it, too: after a change, `npm run generate -w syncwright`. It says the attribute `client` of a message where there
# is one, because a code can have another cause there.

auth-forbidden = Je mag dit niet doen ({ $key }).
auth-required = Meld je eerst aan.
auth-user-changed = Er is nu iemand anders aangemeld.
cursor-too-old = Dit is sinds de vorige keer te veel veranderd; het wordt opnieuw gelezen.
entity-exists = Er is er al een met deze naam.
# No code: what the client says of a refusal whose code it has no sentence for.
connection-refused = De server heeft de verbinding geweigerd.
mutation-out-of-order = Deze wijziging kwam vóór een andere ({ $expected }).
mutation-skipped = Dit is niet geprobeerd, omdat wat eraan voorafging is geweigerd.
mutation-unknown = Deze wijziging bestaat niet.
offline-dropped = Een offline gemaakte wijziging kon niet worden verzonden ({ $reason }).
offline-queue-full = Er wachten te veel wijzigingen op een verbinding.
origin-forbidden = Deze website mag deze server niet gebruiken.
replica-read-only = Deze gegevens worden elders gewijzigd en kunnen hier niet worden gewijzigd.
room-forbidden = Je mag deze ruimte niet betreden.
room-invalid = Er bestaat geen ruimte met deze naam.
room-limit = Je kunt in hoogstens { $limit } ruimtes tegelijk zijn.
scope-forbidden = Je mag dit niet zien of wijzigen.
session-unavailable = Je aanmelding kan nu niet worden gecontroleerd; probeer het zo meteen opnieuw.
state-conflict = Iemand anders was sneller: dit is intussen veranderd.
state-invalid = { $reason ->
    [too-large] Dit is te groot geworden; er kan niets meer bij.
    [too-deep] Dit is te diep genest.
   *[other] { $subject ->
        [top] Dit zou een regel schenden.
       *[other] Dit zou een regel van “{ $path }” schenden.
    }
}
state-unavailable = Dit kan nu niet worden geladen of opgeslagen; probeer het zo opnieuw.
store-unavailable = Dit kan nu niet worden opgeslagen; probeer het zo opnieuw.
sync-bad-request = Dit bericht heeft niet de verwachte vorm: { $subject ->
    [not-an-object] het moet een JSON-object zijn
    [json] het is geen geldige JSON
    [duplicate-field] een veld komt twee keer voor
    [event] deze gebeurtenis is onbekend; bekend zijn sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence en syncCancel
    [binary] binaire gegevens worden niet aangenomen
    [utf-8] het is geen geldige UTF-8
    [ignoreSelf] “ignoreSelf” moet true, false of "session" zijn
    [id] “id” moet uit 1 tot 64 zichtbare ASCII-tekens bestaan
    [stream-id] bij “stream” hoort een “id”, waaronder stukken worden verstuurd
    [no-report] deze route vertelt niet wat er van haar gebeurtenissen wordt: laat “report” weg
    [path-too-long] “pathName” mag hoogstens 2 kB lang zijn
   *[other] “{ $subject }” ontbreekt of heeft niet het verwachte type
}.
    .client = Dit verzoek kon niet worden verzonden.
sync-cancelled = De aanroep is geannuleerd.
sync-client-failed = Deze gebeurtenis kon niet voor je worden voorbereid.
sync-disconnected = De verbinding is verbroken voordat het antwoord er was.
sync-id-reused = Deze id is al voor een andere aanroep gebruikt.
sync-invalid-input = { $subject ->
    [top] De invoer
   *[other] “{ $path }”
} { $reason ->
    [missing] ontbreekt
    [unknown-field] is geen bekend veld
    [unknown-variant] is geen van de bekende keuzes
    [duplicate-field] komt twee keer voor
    [expected-object] moet een object zijn
    [expected-array] moet een lijst zijn
    [expected-string] moet een tekst zijn
    [expected-integer] moet een geheel getal zijn
    [expected-number] moet een getal zijn
    [expected-boolean] moet true of false zijn
    [expected-null] moet null zijn
    [wrong-length] heeft niet het juiste aantal onderdelen
    [out-of-range] is te groot of te klein
    [too-deep] is te diep genest
    [invalid-format] is niet geschreven zoals verwacht
    [no-variant-matches] past bij geen van de bekende vormen
    [invalid-json] is geen geldige JSON
    [range] ligt buiten het toegestane bereik
    [length] is te kort of te lang
    [email] is geen e-mailadres
    [url] is geen webadres
    [must-match] komt niet overeen
    [regex] is niet geschreven zoals verwacht
   *[other] is niet geldig ({ $reason })
}.
sync-method-not-allowed = Dit adres neemt deze methode niet aan.
sync-no-receivers = Er is niemand in deze ruimte.
sync-not-found = Deze functie bestaat niet.
sync-not-in-room = Je bent niet in deze ruimte.
sync-outcome-unknown = Het is niet bekend of dit is gebeurd: de server werd onderbroken. Het wordt niet vanzelf opnieuw geprobeerd.
sync-rate-limited = Te veel verzoeken; probeer het over { $seconds ->
    [one] één seconde
   *[other] { $seconds } seconden
} opnieuw.
sync-retired = Deze versie wordt niet meer beantwoord: ze liep tot en met { $day }. Laad de pagina opnieuw.
sync-server-failed = Er ging bij ons iets mis.
sync-shutting-down = De server wordt opnieuw gestart; probeer het zo weer.
sync-timeout = Dit duurde te lang en is gestopt.
    .client = Het antwoord duurde te lang; probeer het opnieuw.
sync-too-large = Het bericht is te groot; hoogstens { $limit } bytes zijn toegestaan.
sync-too-many = Te veel tegelijk: hoogstens { $limit }.
sync-unavailable = Dit kan nu even niet; probeer het zo opnieuw.
sync-unsupported-media-type = Het verzoek moet als application/json worden verzonden.
