order-lost = Die Reihenfolge ist verloren.
outcome-refused = Nicht für { $who }.
