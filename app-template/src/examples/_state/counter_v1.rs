use crate::app::Person;
use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// One number for each room.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    /// At most 1,000,000.
    pub value: i32,
    /// Who has changed it last.
    pub changed_by: Option<Person>,
}

#[wire]
pub enum Action {
    Add(Addition),
    /// Begins with 0 again.
    Reset,
}

#[wire]
pub struct Addition {
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
}

/// The counter of a room: there when the page opens, and after a restart.
#[sync::state(room = "game-room-{id}", store = sqlite)]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_key: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        const MAX: i32 = 1_000_000;
        match action {
            Action::Add(Addition { amount }) if self.value.saturating_add(*amount) > MAX => {
                return Err(sync::error!("counter-full", max = MAX));
            }
            Action::Add(Addition { amount }) => self.value += amount,
            Action::Reset => self.value = 0,
        }
        self.changed_by = Some(ctx.sender());
        Ok(())
    }
}
