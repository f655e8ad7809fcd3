# What the framework says itself. An app words a code its own way by defining the same id in locales/fr/*.ftl.
# The TypeScript client says some of it, too: after a change, `npm run generate -w syncwright`. It says the attribute `client` of a message where there
# is one, because a code can have another cause there.

auth-forbidden = Vous n’êtes pas autorisé à faire cela ({ $key }).
auth-required = Veuillez d’abord vous connecter.
auth-user-changed = Quelqu’un d’autre est connecté maintenant.
cursor-too-old = Cela a trop changé depuis la dernière lecture ; tout est relu.
entity-exists = Il y en a déjà un de ce nom.
# No code: what the client says of a refusal whose code it has no sentence for.
connection-refused = Le serveur a refusé la connexion.
mutation-out-of-order = Ce changement est arrivé avant un autre ({ $expected }).
mutation-skipped = Cela n’a pas été essayé, car ce qui précédait a été refusé.
mutation-unknown = Ce changement n’existe pas.
offline-dropped = Une modification faite hors ligne n’a pas pu être envoyée ({ $reason }).
offline-queue-full = Trop de modifications attendent une connexion.
origin-forbidden = Ce site web n’a pas le droit d’utiliser ce serveur.
replica-read-only = Ces données sont modifiées ailleurs et ne peuvent pas l’être ici.
room-forbidden = Vous n’avez pas accès à ce salon.
room-invalid = Aucun salon ne porte ce nom.
room-limit = Vous pouvez être dans { $limit } salons au plus à la fois.
scope-forbidden = Vous ne pouvez ni voir ni modifier ceci.
session-unavailable = Votre connexion ne peut pas être vérifiée pour le moment ; réessayez dans un instant.
state-conflict = Quelqu’un a été plus rapide : cela a changé entre-temps.
state-invalid = { $reason ->
    [too-large] C’est devenu trop grand ; rien ne peut être ajouté.
    [too-deep] C’est imbriqué trop profondément.
   *[other] { $subject ->
        [top] Cela enfreindrait une règle.
       *[other] Cela enfreindrait une règle de « { $path } ».
    }
}
state-unavailable = Cela ne peut être ni chargé ni enregistré pour le moment ; réessayez bientôt.
store-unavailable = Cela ne peut pas être enregistré pour le moment ; réessayez bientôt.
sync-bad-request = Ce message n’a pas la forme attendue : { $subject ->
    [not-an-object] il doit être un objet JSON
    [json] ce n’est pas du JSON valide
    [duplicate-field] un champ s’y trouve deux fois
    [event] cet événement est inconnu ; sont connus sync, request, stateOpen, stateClose, stateAct, joinRoom, leaveRoom, joinedRooms, updateLocation, push, pull, snapshot, subscribe, unsubscribe, updatePresence et syncCancel
    [binary] les données binaires ne sont pas acceptées
    [utf-8] ce n’est pas de l’UTF-8 valide
    [ignoreSelf] « ignoreSelf » doit valoir true, false ou "session"
    [id] « id » doit compter de 1 à 64 caractères ASCII visibles
    [stream-id] « stream » demande un « id », sous lequel les morceaux sont envoyés
    [no-report] cette route ne dit pas ce que deviennent ses événements : n’envoyez pas « report »
    [path-too-long] « pathName » doit compter au plus 2 Ko
   *[other] « { $subject } » manque ou n’a pas le type attendu
}.
    .client = Cette requête n’a pas pu être envoyée.
sync-cancelled = L’appel a été annulé.
sync-client-failed = Cet événement n’a pas pu être préparé pour vous.
sync-disconnected = La connexion a été perdue avant l’arrivée de la réponse.
sync-id-reused = Cet identifiant a déjà servi à un autre appel.
sync-invalid-input = { $subject ->
    [top] La saisie
   *[other] « { $path } »
} { $reason ->
    [missing] manque
    [unknown-field] n’est pas un champ connu
    [unknown-variant] n’est pas un des choix connus
    [duplicate-field] s’y trouve deux fois
    [expected-object] doit être un objet
    [expected-array] doit être une liste
    [expected-string] doit être un texte
    [expected-integer] doit être un nombre entier
    [expected-number] doit être un nombre
    [expected-boolean] doit valoir true ou false
    [expected-null] doit valoir null
    [wrong-length] n’a pas le bon nombre d’éléments
    [out-of-range] est trop grand ou trop petit
    [too-deep] est imbriqué trop profondément
    [invalid-format] n’est pas écrit comme attendu
    [no-variant-matches] ne correspond à aucune des formes connues
    [invalid-json] n’est pas du JSON valide
    [range] est hors des limites permises
    [length] est trop court ou trop long
    [email] n’est pas une adresse électronique
    [url] n’est pas une adresse web
    [must-match] ne correspond pas
    [regex] n’est pas écrit comme attendu
   *[other] n’est pas valide ({ $reason })
}.
sync-method-not-allowed = Cette adresse n’accepte pas cette méthode.
sync-no-receivers = Il n’y a personne dans ce salon.
sync-not-found = Cette fonction n’existe pas.
sync-not-in-room = Vous n’êtes pas dans ce salon.
sync-outcome-unknown = On ne sait pas si cela a eu lieu : le serveur a été interrompu. Aucun nouvel essai n’est fait de lui-même.
sync-rate-limited = Trop de requêtes ; réessayez dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
sync-retired = Cette version ne reçoit plus de réponse : elle valait jusqu’au { $day } inclus. Rechargez la page.
sync-server-failed = Une erreur s’est produite de notre côté.
sync-shutting-down = Le serveur redémarre ; réessayez dans un instant.
sync-timeout = Cela a pris trop de temps et a été arrêté.
    .client = La réponse a mis trop de temps à arriver ; veuillez réessayer.
sync-too-large = Le message est trop grand ; { $limit } octets au plus sont permis.
sync-too-many = Trop à la fois : { $limit } au plus.
sync-unavailable = C’est impossible pour le moment ; réessayez bientôt.
sync-unsupported-media-type = La requête doit être envoyée en application/json.
