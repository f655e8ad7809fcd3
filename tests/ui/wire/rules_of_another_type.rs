#[sync::wire]
struct Input {
    #[validate(length(min = 1))]
    a: i32,
    #[validate(range(min = 1))]
    b: Option<String>,
    #[validate(email)]
    c: Vec<String>,
}

#[sync::wire]
struct Player {
    #[validate(range(min = 1))]
    name: Text,
}

type Text = String;

fn main() {}
