counter-full = Le compteur est plein : il s’arrête à { $max }.
example-conflict = Quelqu’un d’autre a été plus rapide.
example-filtered = Cet événement ne vous est pas destiné.
example-refused = L’exemple a refusé de faire « { $kind } ».
note-gone = Cette note n’est plus là.
note-host-only = Seul un hôte peut cacher une note.
note-taken = Il y a déjà une note de ce nom.
