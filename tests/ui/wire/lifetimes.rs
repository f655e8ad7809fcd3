#[sync::wire]
struct Input<'a> {
    text: &'a str,
    other: std::borrow::Cow<'a, str>,
}

fn main() {}
