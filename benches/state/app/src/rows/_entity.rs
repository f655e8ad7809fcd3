/// A row of a Postgres, about a hundred bytes of JSON.
#[sync::entity(table = "public.rows")]
pub struct Row {
    #[key]
    #[wire(number)]
    pub id: i64,
    pub list: String,
    pub text: String,
    pub count: i32,
}
