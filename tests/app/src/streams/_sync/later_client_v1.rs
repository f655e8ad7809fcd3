use crate::Member;
use sync::wire;

#[wire]
pub struct ClientInput {
    pub words: Vec<String>,
}

#[wire]
pub struct ClientStream {
    pub to: String,
    pub word: String,
}

/// Says words one by one to each member, and then the event.
#[sync::client(auth = public, report)]
pub async fn main(member: Member<'_>, input: &ClientInput) -> bool {
    for word in &input.words {
        member.stream(ClientStream { to: member.session().user_id.clone(), word: word.clone() }).await;
    }
    true
}
