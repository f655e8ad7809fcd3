order-lost = L’ordre est perdu.
outcome-refused = Pas pour { $who }.
checks-may-not = { $who } ne peut pas faire cela ici.
