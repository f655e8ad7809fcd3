//! Two who work on one list.

use sync::serde_json::json;
use sync::testing::Refusal;

use crate::app::Session;

fn person(name: &str) -> Session {
    Session { user_id: name.to_lowercase(), name: name.to_owned(), locale: None, muted: false, host: false }
}

#[tokio::test]
async fn votes_that_are_cast_at_once_are_all_counted() -> Result<(), Refusal> {
    let app = crate::test().start().await;
    let (ada, bob) = (app.log_in(person("Ada")).await, app.log_in(person("Bob")).await);
    let todo = json!({ "id": "milk", "title": "Milk", "place": "a0" });
    ada.mutate("todos/create", "v1", "todos-home", todo).await?;
    for tab in [&ada, &bob] {
        tab.mutate("todos/vote", "v1", "todos-home", json!({ "id": "milk" })).await?;
    }
    assert_eq!(bob.data("todos-home").await?["todo"]["milk"]["votes"], 2);
    let refused = bob.mutate("todos/vote", "v1", "todos-home", json!({ "id": "tea" })).await;
    assert_eq!(refused.expect_err("there is none").code, "todo-gone");
    Ok(())
}
