use std::collections::BTreeMap;

use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

/// Everything that a query can carry.
#[wire]
pub struct Query {
    pub text: String,
    pub number: Option<i32>,
    #[validate(range(max = 10.0))]
    pub ratio: Option<f64>,
    #[serde(default)]
    pub flag: bool,
    pub color: Option<Color>,
    pub day: Option<sync::chrono::NaiveDate>,
}

#[wire]
pub enum Color {
    DarkRed,
    Green,
}

/// Says what was asked, by whom, and what is known of the caller.
#[wire]
pub struct Output {
    pub query: Query,
    pub user_id: String,
    pub sender: Person,
    pub locale: String,
    pub path_name: String,
    pub search_params: BTreeMap<String, String>,
    pub room: String,
}

/// Gives back what it is asked.
#[sync::request(auth = public, method = GET)]
pub async fn main(ctx: Ctx<'_>, input: &Query) -> Result<Output, SyncError> {
    Ok(Output {
        query: input.clone(),
        user_id: ctx.session().user_id.clone(),
        sender: ctx.sender(),
        locale: ctx.locale().to_owned(),
        path_name: ctx.location().path_name.clone(),
        search_params: ctx.location().search_params.clone(),
        // `ctx.room()` is refused by the attribute, which does not know this form.
        room: Ctx::room(&ctx).to_owned(),
    })
}
