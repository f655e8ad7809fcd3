use super::{ListItem, Tx};
use crate::Ctx;
use sync::{SqlValue, SyncError, wire};

#[wire]
pub struct Args {
    pub id: String,
    /// A statement of the test's own, before the rest.
    #[serde(default)]
    pub first: String,
    #[serde(default)]
    pub refuses: bool,
    /// It goes on whatever becomes of the first statement.
    #[serde(default)]
    pub ignores: bool,
}

/// Counts in a table of its own, which nobody has a copy of, and tells how far it is.
///
/// # Errors
///
/// `list-refused` where the test says so, and where its statement is against a rule of a table.
#[sync::mutation(auth = login)]
pub fn main(tx: &mut Tx<'_>, _ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {
    tx.sql().execute(
        "CREATE TABLE IF NOT EXISTS tally (id TEXT PRIMARY KEY, count INTEGER NOT NULL CHECK (count < 5))",
        &[],
    )?;
    if !args.first.is_empty() {
        match tx.sql().execute(&args.first, &[]) {
            Err(error) if error.is_conflict() => return Err(sync::error!("list-refused").status(409)),
            Err(_) if args.ignores => {}
            done => drop(done?),
        }
    }
    let id = [SqlValue::from(&*args.id)];
    let upsert = "INSERT INTO tally VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET count = tally.count + 1";
    assert_eq!(tx.sql().execute(upsert, &id)?, 1);
    let rows =
        tx.sql().query("SELECT count FROM tally WHERE $2 AND id = $1", &[args.id.as_str().into(), true.into()])?;
    let count = rows[0][0].integer().and_then(|count| u32::try_from(count).ok()).unwrap_or_default();
    tx.put(&ListItem { id: args.id.clone(), text: "tally".to_owned(), count })?;
    if args.refuses { Err(sync::error!("list-refused").status(409)) } else { Ok(()) }
}
