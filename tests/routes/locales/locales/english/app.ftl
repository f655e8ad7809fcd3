app-full = Full.
app-gone = Gone.
app-attribute-only = Only.
