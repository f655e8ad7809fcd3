counter-full = The counter is full: it stops at { $max }.
example-conflict = Somebody else was faster.
example-filtered = This event is not meant for you.
example-refused = The example refused to do “{ $kind }”.
