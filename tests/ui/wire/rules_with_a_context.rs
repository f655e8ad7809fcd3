#[sync::wire]
#[validate(context = "()")]
struct Input {
    #[validate(custom(function = "check", use_context))]
    a: i32,
}

fn main() {}
