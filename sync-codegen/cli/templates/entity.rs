/// What lives in the scopes of the page `{{page}}`, each with a key of its own.
#[sync::entity{{table}}]
pub struct {{entity}} {
    #[key]
    pub id: String,
    pub text: String,
}
