app-full = Noch einmal voll.
app-gone = Weg.
