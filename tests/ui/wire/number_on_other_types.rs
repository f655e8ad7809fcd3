#[sync::wire]
struct Player {
    name: String,
}

#[sync::wire]
struct Input {
    #[wire(number)]
    player: Player,
}

fn main() {}
