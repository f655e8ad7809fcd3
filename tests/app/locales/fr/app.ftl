order-lost = L’ordre est perdu.
outcome-refused = Pas pour { $who }.
checks-may-not = { $who } ne peut pas faire cela ici.
kept-nothing = Rien n’est gardé.
board-locked = Le tableau est verrouillé.
note-unknown = Cette note n’existe pas.
note-regretted = C’est regretté.
secret-refused = Cela ne se dit jamais.
