use crate::Ctx;
{{uses}}

{{input}}

/// What every member of the room gets.
#[wire]
pub struct ServerOutput {}

/// Runs once for each call of `{{page}}/{{name}}`.
#[sync::server{{arguments}}]
pub async fn main(_ctx: Ctx<'_>, _input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
