app-full = Vol zulle.
