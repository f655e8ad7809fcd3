order-lost = De volgorde is kwijt.
outcome-refused = Niet voor { $who }.
checks-may-not = { $who } mag dat hier niet.
kept-nothing = Er wordt niets bewaard.
board-locked = Het bord is vergrendeld.
note-unknown = Deze notitie is er niet.
note-regretted = Het werd betreurd.
secret-refused = Dit wordt nooit gezegd.
