app-full = Full.
app-attribute-only =
    .title = No sentence
