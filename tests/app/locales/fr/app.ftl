order-lost = L’ordre est perdu.
outcome-refused = Pas pour { $who }.
