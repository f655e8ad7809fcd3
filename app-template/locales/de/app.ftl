counter-full = Der Zähler ist voll: er endet bei { $max }.
example-conflict = Jemand anderes war schneller.
example-filtered = Dieses Ereignis ist nicht für dich bestimmt.
example-refused = Das Beispiel wollte „{ $kind }“ nicht tun.
note-gone = Diese Notiz ist nicht mehr da.
note-host-only = Nur ein Gastgeber darf eine Notiz verbergen.
note-taken = Es gibt schon eine Notiz mit diesem Namen.
