order-lost = The order was lost.
outcome-refused = Not for { $who }.
checks-may-not = { $who } may not do this here.
