use sync::{SyncError, wire};

#[wire]
pub struct ClientOutput {
    pub outcome: String,
}

/// Does with each group what the sessions of its members say.
#[sync::client(auth = public, by = |member| member.session().outcome.as_str())]
pub fn main(outcome: &str) -> Result<Option<ClientOutput>, SyncError> {
    match outcome {
        "skip" => Ok(None),
        "refuse" => Err(sync::error!("outcome-refused", who = outcome)),
        "panic" => panic!("the test filter was asked to panic"),
        _ => Ok(Some(ClientOutput { outcome: outcome.to_owned() })),
    }
}
