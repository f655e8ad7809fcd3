use std::rc::Rc;

#[sync::wire]
struct Input {
    shared: Rc<String>,
}

fn main() {}

mod by_name {
    type Shared = std::rc::Rc<String>;

    #[sync::wire]
    struct Input {
        shared: Shared,
    }
}
