# Dutch
app-full = Vol.

app-gone Weg.
