#[sync::wire]
#[serde(from = "i32", into = "i32")]
struct A {
    a: i32,
}

#[sync::wire]
#[serde(try_from = "i32")]
struct B {
    a: i32,
}

#[sync::wire]
#[serde(remote = "A")]
struct C {
    a: i32,
}

fn main() {}
