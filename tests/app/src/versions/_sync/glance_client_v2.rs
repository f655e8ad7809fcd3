use super::server::ClientInput;
use sync::wire;

#[wire]
pub struct ClientOutput {
    pub language: String,
    pub run: u32,
}

pub fn downgrade(own: &ClientOutput) -> super::v1::client::ClientOutput {
    super::v1::client::ClientOutput { lang: format!("{} {}", own.language, own.run) }
}

/// Once for each language.
#[sync::client(by = |member| member.locale())]
pub fn main(language: &str, input: &ClientInput) -> Option<ClientOutput> {
    (input.x != 7).then(|| ClientOutput { language: language.to_owned(), run: input.x })
}
