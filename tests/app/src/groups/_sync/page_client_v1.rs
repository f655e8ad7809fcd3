use sync::wire;

#[wire]
pub struct ClientInput {
    pub path_name: String,
}

/// Reaches those tabs that show the page.
#[sync::client(auth = public, by = |member| member.location().path_name.as_str())]
pub fn main(path_name: &str, input: &ClientInput) -> bool {
    path_name == input.path_name
}
