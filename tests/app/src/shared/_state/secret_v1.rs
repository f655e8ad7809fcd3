use std::collections::BTreeMap;

use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What a game master knows.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub shown: BTreeMap<String, u32>,
    pub hidden: BTreeMap<String, u32>,
}

/// What others see.
#[wire(patch)]
pub struct View {
    pub shown: BTreeMap<String, u32>,
    /// What a master sees besides.
    pub hidden: Option<BTreeMap<String, u32>>,
}

#[wire]
pub enum Action {
    Show {
        name: String,
        value: u32,
    },
    Hide {
        name: String,
        value: u32,
    },
    /// Makes the next view panic.
    Break,
}

#[sync::state(room = "shared-{id}", auth = public, ttl = "1m", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;
    type View = View;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        match action {
            Action::Show { name, value } => drop(self.shown.insert(name.clone(), *value)),
            Action::Hide { name, value } => drop(self.hidden.insert(name.clone(), *value)),
            Action::Break => drop(self.shown.insert("break".to_owned(), 0)),
        }
        Ok(())
    }

    /// Masters are those whose `outcome` says so.
    #[view(by = |member| member.session().outcome == "master")]
    fn view(&self, is_master: &bool) -> View {
        assert!(!self.shown.contains_key("break"), "a test view was asked to panic");
        View { shown: self.shown.clone(), hidden: is_master.then(|| self.hidden.clone()) }
    }

    async fn prepare(_: Ctx<'_>, action: Action) -> Result<Action, SyncError> {
        tokio::task::yield_now().await;
        match action {
            Action::Show { name, value } if name == "double" => {
                Ok(Action::Show { name, value: value.saturating_mul(2) })
            }
            Action::Show { name, .. } if name == "never" => Err(sync::error!("secret-refused")),
            action => Ok(action),
        }
    }

    async fn updated(key: StateKey<'_>, before: &State, after: &State, version: u64) {
        let (before, after) = (before.shown.len(), after.shown.len());
        key.app().note(format!("updated {} {version}: {before} {after}", key.id()));
    }

    async fn closed(key: StateKey<'_>, last: &State) {
        if last.shown.contains_key("panic") {
            panic!("a test hook was asked to panic");
        }
        key.app().note(format!("closed {} {}", key.room(), last.shown.len()));
    }
}
