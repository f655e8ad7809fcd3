use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {
    pub words: Vec<String>,
}

#[wire]
pub struct ClientOutput {
    pub words: Vec<String>,
}

pub fn upgrade(old: super::v1::client::ClientInput) -> ClientInput {
    ClientInput { words: vec![old.word] }
}

pub fn downgrade(own: &ClientOutput) -> super::v1::client::ClientOutput {
    super::v1::client::ClientOutput { word: own.words.join(" ") }
}

/// Waits for its turn, and may be asked what has become of it.
#[sync::client(auth = public, report)]
pub async fn main(member: Member<'_>, input: &ClientInput) -> Option<ClientOutput> {
    tokio::task::yield_now().await;
    (member.session().outcome != "skip").then(|| ClientOutput { words: input.words.clone() })
}
