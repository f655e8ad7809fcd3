counter-full = The counter is full: it stops at { $max }.
example-conflict = Somebody else was faster.
example-filtered = This event is not meant for you.
example-refused = The example refused to do “{ $kind }”.
note-gone = This note is no longer there.
note-host-only = Only a host may hide a note.
note-taken = There is a note with this name.
