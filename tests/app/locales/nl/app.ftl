order-lost = De volgorde is kwijt.
outcome-refused = Niet voor { $who }.
