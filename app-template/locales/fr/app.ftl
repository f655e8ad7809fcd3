counter-full = Le compteur est plein : il s’arrête à { $max }.
example-conflict = Quelqu’un d’autre a été plus rapide.
example-filtered = Cet événement ne vous est pas destiné.
example-refused = L’exemple a refusé de faire « { $kind } ».
