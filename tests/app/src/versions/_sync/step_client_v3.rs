use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::{SyncError, wire};

#[wire]
pub struct ClientOutput {
    pub by: By,
}

#[wire]
pub struct By {
    pub sender: String,
    pub is_mine: bool,
}

pub fn downgrade(own: &ClientOutput) -> super::v2::client::ClientOutput {
    super::v2::client::ClientOutput { sender: own.by.sender.clone(), is_mine: own.by.is_mine }
}

/// Does with a member what its session says.
#[sync::client]
pub fn main(
    member: Member<'_>,
    _input: &ClientInput,
    _output: &ServerOutput,
) -> Result<Option<ClientOutput>, SyncError> {
    match &*member.session().outcome {
        "skip" => Ok(None),
        "error" => Err(sync::error!("step-refused")),
        _ => {
            let by = By { sender: member.sender().user_id, is_mine: member.is_sender() };
            Ok(Some(ClientOutput { by }))
        }
    }
}
