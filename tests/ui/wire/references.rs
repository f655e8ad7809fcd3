use std::borrow::Cow;

#[sync::wire]
struct Input {
    text: &'static str,
    list: &'static [i32],
    fine: Cow<'static, str>,
}

fn main() {}
