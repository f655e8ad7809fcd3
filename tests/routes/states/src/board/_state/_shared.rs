/// A note.
#[sync::wire(patch)]
pub struct Note {
    pub text: String,
}
