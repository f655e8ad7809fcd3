app-full = Voll.
