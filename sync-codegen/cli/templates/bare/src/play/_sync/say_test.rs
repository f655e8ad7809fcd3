use super::say_v1::Event;
use super::say_v1::server::ClientInput;
use crate::app::Session;
use sync::testing::Refusal;

fn player(name: &str) -> Session {
    Session { user_id: name.to_lowercase(), name: name.to_owned(), locale: None, muted: false }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_everybody_in_the_room_hears() -> Result<(), Refusal> {
    let app = crate::test().start().await;
    let (ada, bob) = (app.log_in(player("Ada")).await, app.log_in(player("Bob")).await);
    ada.join("play-1").await?;
    bob.join("play-1").await?;
    ada.call::<Event>("play-1", ClientInput { text: "hello".to_owned() }).await?;
    let heard = bob.heard::<Event>().await;
    assert_eq!((heard[0].server_output.author.name.as_str(), heard[0].server_output.text.as_str()), ("Ada", "hello"));
    Ok(())
}
