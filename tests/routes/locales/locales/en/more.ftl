app-gone = Gone.
app-full = Full again.
