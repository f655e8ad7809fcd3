order-lost = De volgorde is kwijt.
outcome-refused = Niet voor { $who }.
checks-may-not = { $who } mag dat hier niet.
