#[wire]
pub struct Input {}

pub fn upgrade(old: super::find_v1::Input) -> Input {
    Input {}
}

#[sync::request]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<u8, SyncError> {
    Ok(1)
}
