//! Routes that say which kind of room they can be sent to.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest};
use test_app::routes::kinds::_room::room_name;
use test_app::routes::kinds::deal_v1::server::{ClientInput, ServerOutput};
use test_app::routes::{kinds, order};

#[tokio::test]
async fn a_route_is_refused_for_rooms_of_another_kind() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    for room in ["open-a", "table-1-left", "table-x", "open-table-1-left"] {
        if room.starts_with("open") || room == "table-1-left" {
            client.join(room).await;
        }
        for (route, data) in [("kinds/deal", json!({ "cards": 5 })), ("kinds/knock", json!({}))] {
            let answer = client.sync(route, "v1", room, data).await;
            let expected = if room == "table-1-left" { Value::Null } else { json!("room-invalid") };
            assert_eq!(answer["errorCode"], expected, "{route} {room}: {answer}");
        }
    }
    let http = reqwest::Client::new().post(format!("http://{}/sync/kinds/deal/v1", server.address()));
    let body = r#"{"data":{"cards":5},"receiver":"open-a"}"#;
    let answer = http.header("content-type", "application/json").body(body).send().await.expect("an answer");
    assert_eq!(answer.status(), 400);
    // A route without a kind goes anywhere.
    assert_eq!(
        client.sync("order/wait", "v1", "table-1-left", json!({ "index": 1, "waitMs": 0 })).await["status"],
        "success"
    );
}

#[tokio::test]
async fn the_app_calls_a_route_by_its_type() {
    let server = TestServer::start().await;
    let rooms = server.running().handle().rooms();
    let mut client = server.connect(guest()).await;
    client.join("table-7-left").await;
    let room = room_name(7, "left").expect("a name");
    assert_eq!(room.as_str(), "table-7-left");
    let dealt = rooms.publish::<kinds::deal_v1::Event>(room.clone(), &ClientInput { cards: 3 }).await;
    assert_eq!(dealt.expect("an event"), ServerOutput { dealt: 3, to: "table-7-left".to_owned() });
    assert_eq!(client.frame().await["cb"], "kinds/deal/v1");
    rooms.publish::<kinds::knock_v1::Event>(room.clone(), &sync::Empty {}).await.expect("an event");
    assert_eq!(client.frame().await["cb"], "kinds/knock/v1");
    // A route that goes anywhere takes a name as text, and that of a room of any kind.
    let input = order::wait_v1::server::ClientInput { index: 1, wait_ms: 0 };
    rooms.publish::<order::wait_v1::Event>("table-7-left", &input).await.expect("an event");
    rooms.publish::<order::wait_v1::Event>(room, &input).await.expect("an event");
    let nobody = rooms.publish::<order::wait_v1::Event>("open-nowhere", &input).await.expect_err("nobody there");
    assert_eq!(nobody.code(), "sync-no-receivers");
}

#[test]
fn the_name_of_a_room_is_made_of_what_can_stand_in_one() {
    for (number, seat) in [("1", "left"), ("x", "a.b_c~d@e-f")] {
        assert_eq!(room_name(number, seat).expect("a name").as_str(), format!("table-{number}-{seat}"));
    }
    let long = "x".repeat(300);
    for seat in ["", "a b", "a/b", "ä", "{x}", long.as_str()] {
        assert_eq!(room_name(1, seat).expect_err("no name").code(), "room-invalid", "{seat}");
    }
}
