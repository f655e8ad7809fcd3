#[sync::wire]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Fine {
    id: i32,
}

#[sync::wire]
#[derive(PartialEq, Default)]
struct Input {
    fine: Fine,
    id: u64,
}

fn uses(input: &Input) -> bool {
    *input == Input::default() && sync::serde_json::to_string(&input.clone()).is_ok()
}

fn main() {}
