counter-full = Der Zähler ist voll: er endet bei { $max }.
example-conflict = Jemand anderes war schneller.
example-filtered = Dieses Ereignis ist nicht für dich bestimmt.
example-refused = Das Beispiel wollte im Raum { $room } nicht arbeiten.
session-unavailable = Das Anmelden funktioniert gerade nicht.
