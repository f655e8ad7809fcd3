//! The names of rooms that a rule opens: `chess-{game_id}`.
