#[sync::wire]
struct Input {
    user_id: i32,
    #[serde(rename = "userId")]
    owner: i32,
    #[serde(alias = "userId")]
    holder: i32,
}

#[sync::wire]
enum Kind {
    DarkRed,
    #[serde(rename = "darkRed")]
    Red,
}

fn main() {}
