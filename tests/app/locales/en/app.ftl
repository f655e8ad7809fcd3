order-lost = The order was lost.
outcome-refused = Not for { $who }.
