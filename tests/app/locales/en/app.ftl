order-lost = The order was lost.
outcome-refused = Not for { $who }.
checks-may-not = { $who } may not do this here.
kept-nothing = Nothing is kept.
board-locked = The board is locked.
note-unknown = This note is not there.
note-regretted = It was regretted.
secret-refused = This is never told.
