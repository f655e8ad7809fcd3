order-lost = Die Reihenfolge ist verloren.
outcome-refused = Nicht für { $who }.
checks-may-not = Das darf { $who } hier nicht.
kept-nothing = Nichts wird behalten.
board-locked = Die Tafel ist gesperrt.
note-unknown = Diesen Zettel gibt es nicht.
note-regretted = Es wurde bereut.
secret-refused = Das wird nie gesagt.
