//! Two players at one counter. What holds of every route, whatever it does, is tested without a line here: `contract` in the list of tests.

use sync::testing::{Frame, Refusal};

use super::_api::readCounter_v1;
use super::updateCounter_v1::{Event, server::ClientInput};
use crate::app::Session;

fn player(name: &str) -> Session {
    Session { user_id: name.to_lowercase(), name: name.to_owned(), locale: None, muted: false, host: false }
}

#[tokio::test(start_paused = true)]
async fn what_one_player_adds_the_other_one_sees() -> Result<(), Refusal> {
    let app = crate::test().start().await;
    let (ada, bob) = (app.log_in(player("Ada")).await, app.log_in(player("Bob")).await);
    ada.join("game-room-1").await?;
    bob.join("game-room-1").await?;
    bob.show("/examples").await?;

    let answer = ada.call::<Event>("game-room-1", ClientInput { amount: 5 }).await?;
    assert_eq!(answer.new_value, 5);

    let heard = bob.heard::<Event>().await;
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].server_output.new_value, heard[0].client_output.mine), (5, false));
    // Only tabs that show the page hear of it.
    assert_eq!(ada.received().await, []);

    let asked = bob.ask::<readCounter_v1::Request>(readCounter_v1::Input { room: "game-room-1".to_owned() }).await?;
    assert_eq!(asked.value, 5);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn somebody_who_has_signed_out_hears_no_more() -> Result<(), Refusal> {
    let app = crate::test().start().await;
    let ada = app.log_in(player("Ada")).await;
    ada.join("game-room-1").await?;
    ada.log_out().await;
    let refused =
        ada.call::<Event>("game-room-1", ClientInput { amount: 5 }).await.expect_err("a socket that is closed");
    assert_eq!(refused.code, "sync-disconnected");
    assert_eq!(ada.received().await, [Frame::Closing { reason: "session-ended".to_owned() }]);
    Ok(())
}
