use super::server::{ClientInput, ServerOutput};
use crate::Member;
use sync::{SyncError, wire};

#[wire]
pub struct ClientOutput {
    pub locale: String,
    pub mine: bool,
}

/// Does with each member what its session says.
#[sync::client]
pub async fn main(
    member: Member<'_>,
    _input: &ClientInput,
    _output: &ServerOutput,
) -> Result<Option<ClientOutput>, SyncError> {
    tokio::task::yield_now().await;
    match member.session().outcome.as_str() {
        "skip" => Ok(None),
        "refuse" => Err(sync::error!("outcome-refused", who = member.session().user_id.clone())),
        "panic" => panic!("the test filter was asked to panic"),
        "hang" => std::future::pending().await,
        _ => Ok(Some(ClientOutput { locale: member.locale().to_owned(), mine: member.is_sender() })),
    }
}
