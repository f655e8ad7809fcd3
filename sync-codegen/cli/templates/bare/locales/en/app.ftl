# The sentences of this app's error codes: `game-full = The game is full: it has { $max } players.`
