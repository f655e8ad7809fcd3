use sync::wire;

struct Player {
    name: String,
}

#[wire]
struct Input {
    player: Player,
    players: Option<Vec<Player>>,
}

// What uses the type has no errors of its own.
#[wire]
struct Outer {
    input: Input,
}

fn write(outer: &Outer) -> Result<Outer, sync::serde_json::Error> {
    sync::serde_json::from_str(&sync::serde_json::to_string(&outer.clone())?)
}

fn main() {}
