struct Cache;

impl Clone for Cache {
    fn clone(&self) -> Self {
        Self
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Cache")
    }
}

#[sync::wire]
struct Input {
    #[serde(skip)]
    cache: Cache,
}

fn main() {}
