order-lost = Die Reihenfolge ist verloren.
outcome-refused = Nicht für { $who }.
checks-may-not = Das darf { $who } hier nicht.
