//! One shared value, and what its followers have been told of it.
//!
//! The value is there twice: as it is, and as it was told last. An action changes the first. What it has changed is found by walking both,
//! which makes them equal, and written as a patch on the way; the same walk the other way takes back what is refused. A group that sees
//! something else has its view likewise.

use std::any::Any;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::contain::{Guarded, Panicked, contained, log_panicked};
use crate::error::{BoxError, SyncError};
use crate::route::{
    CellPlace, GroupChange, GroupKey, Member, SharedState, Shown, StateCell, StateChange, StateValue, Update,
};
use crate::schema::{Change, Patch, PatchWriter, Path, encode};
use crate::wire::Position;

/// How many of the last patches of a view are kept, for those who come back; no more bytes of them than half of the whole has.
const RECENT: usize = 64;
/// How deep a value may be nested: what is stored is read again by serde_json, which goes down to 128.
const DEEPEST: usize = 100;
/// How many views are kept that nobody follows, for those who ask now and then.
const IDLE_VIEWS: usize = 16;

/// A value of one room.
pub(super) struct Cell<S: SharedState> {
    place: CellPlace,
    value: Guarded<S>,
    /// The value as it was committed last.
    told: Guarded<S>,
    /// The value as the last action has left it that was kept and not committed yet.
    kept: Option<Guarded<S>>,
    number: u64,
    /// The value as JSON.
    json: Arc<str>,
    groups: HashMap<Guarded<S::Group>, usize>,
    views: Vec<Option<View<S::View>>>,
    /// Whether a value may be nested as deep as one likes.
    is_deep: bool,
    /// Set when the value, and what it was told as, may not be what they should be.
    is_broken: bool,
}

/// What a group sees.
struct View<V> {
    /// It as it was told last; `None` where that is the value itself.
    told: Option<Guarded<V>>,
    versions: Versions,
    version: Arc<str>,
    /// It as JSON, as it was told last; `None` where that is the value itself.
    json: Option<Arc<str>>,
    /// What the last action has made of it.
    next: Option<(Guarded<V>, Arc<str>)>,
    recent: Recent,
    followers: usize,
    /// Whether something has been committed since it was looked at.
    is_stale: bool,
}

/// How the versions of a view are called.
#[derive(Clone, Copy)]
enum Versions {
    /// By the number of the value.
    OfValue,
    /// Counted by themselves, in an epoch of their own: nobody can tell from them what others see.
    Own { epoch: u64, count: u64 },
}

/// The last patches, oldest first: the version that each is for, and its operations.
#[derive(Default)]
struct Recent {
    patches: VecDeque<(Arc<str>, Arc<str>)>,
    bytes: usize,
}

impl Recent {
    /// Keeps a patch of a whole that has so many bytes.
    fn push(&mut self, from: Arc<str>, patch: Arc<str>, whole: usize) {
        self.bytes += patch.len();
        self.patches.push_back((from, patch));
        while self.patches.len() > RECENT || self.bytes > whole / 2 {
            let Some((_, oldest)) = self.patches.pop_front() else { return };
            self.bytes -= oldest.len();
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns the operations that lead from a version to the newest, if all of them are there.
    fn since(&self, version: &str) -> Option<Arc<str>> {
        let first = self.patches.iter().position(|(from, _)| **from == *version)?;
        let mut patches = self.patches.range(first..).map(|(_, patch)| patch);
        if self.patches.len() - first == 1 {
            return patches.next().cloned();
        }
        // Each is an array with something in it.
        let inner: Vec<_> = patches.map(|patch| &patch[1..patch.len() - 1]).collect();
        Some(format!("[{}]", inner.join(",")).into())
    }
}

impl<S: SharedState> Cell<S> {
    /// Begins with a value that has changed so often.
    ///
    /// # Errors
    ///
    /// When it breaks its own rules, has no JSON, or is larger than it may be.
    pub(super) fn new(value: S, number: u64, place: CellPlace, is_deep: bool) -> Result<Self, BoxError> {
        let value = Guarded::new(value);
        let json = looked_at(&*value, &place, is_deep).map_err(|error| format!("the value is refused: {error:?}"))?;
        let told = contained(|| S::clone(&value)).map_err(|Panicked| "the value cannot be copied")?;
        Ok(Self {
            place,
            value,
            told: Guarded::new(told),
            kept: None,
            number,
            json,
            groups: HashMap::new(),
            views: Vec::new(),
            is_deep,
            is_broken: false,
        })
    }

    /// Runs code of the app, or that walks through values of the app.
    fn run<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> Result<T, SyncError> {
        contained(work).map_err(|Panicked| panicked(self.place.cb, what))
    }

    fn check_usable(&self) -> Result<(), SyncError> {
        if self.is_broken { Err(SyncError::new("state-unavailable")) } else { Ok(()) }
    }

    /// Makes the value what it was before an action, or before all of them since it was committed.
    fn go_back(&mut self) {
        let Self { value, told, kept, .. } = self;
        let before = kept.as_ref().unwrap_or(told);
        let walked = contained(|| S::diff(value, before, &mut PatchWriter::silent()));
        self.views.iter_mut().flatten().for_each(|view| view.next = None);
        self.check_walked(walked.is_ok());
    }

    /// Lets nobody use the value any more where walking through it has panicked, and says so.
    fn check_walked(&mut self, is_whole: bool) {
        if !is_whole && !std::mem::replace(&mut self.is_broken, true) {
            tracing::error!(
                state = self.place.cb,
                room = %self.place.room,
                "copying or comparing the value has panicked: it cannot be used until it is loaded again"
            );
        }
    }

    /// Looks at the value, and at what those who follow will see of it.
    fn look(&mut self) -> Result<(), SyncError> {
        let json = looked_at(&*self.value, &self.place, self.is_deep)?;
        if S::as_view(&self.value).is_none() {
            let mut groups: Vec<_> = Vec::new();
            for (group, index) in &self.groups {
                if self.views[*index].as_ref().is_some_and(|view| view.followers > 0) {
                    groups.push((*index, self.see(&self.value, group)?));
                }
            }
            for (index, next) in groups {
                if let Some(view) = &mut self.views[index] {
                    view.next = Some(next);
                }
            }
        }
        self.json = json;
        Ok(())
    }

    /// Looks again at what those see who follow, where the last action was refused: what came before it is to be told.
    fn see_what_was_taken_back(&mut self) {
        if S::as_view(&self.value).is_some() {
            return;
        }
        let is_unseen = |view: &View<S::View>| view.followers > 0 && view.next.is_none();
        let unseen = self.groups.iter().filter(|(_, index)| self.views[**index].as_ref().is_some_and(is_unseen));
        let seen: Vec<_> =
            unseen.filter_map(|(group, index)| Some((*index, self.see(&self.value, group).ok()?))).collect();
        for (index, next) in seen {
            if let Some(view) = &mut self.views[index] {
                view.next = Some(next);
            }
        }
    }

    /// Returns what a group sees of a value.
    fn see(&self, value: &S, group: &S::Group) -> Result<(Guarded<S::View>, Arc<str>), SyncError> {
        let view = Guarded::new(self.run("view", || value.view(group))?);
        let json = self.run("view", || encode(&*view))?;
        let json = json.map_err(|error| {
            tracing::error!(state = self.place.cb, ?error, "a view has no JSON form");
            SyncError::new("sync-server-failed")
        })?;
        Ok((view, text(json)))
    }

    /// Brings the view of a group up to date, of which nobody was told for a while.
    fn refresh(&mut self, index: usize) -> Result<(), SyncError> {
        let Some(view) = self.views.get_mut(index).and_then(Option::as_mut) else {
            return Err(SyncError::new("sync-server-failed"));
        };
        if !std::mem::replace(&mut view.is_stale, false) {
            return Ok(());
        }
        let group = self.groups.iter().find(|(_, known)| **known == index).map(|(group, _)| group);
        let Some(group) = group else { return Err(SyncError::new("sync-server-failed")) };
        // What is not told yet may be taken back.
        let next = self.see(&self.told, group);
        let Some(view) = self.views[index].as_mut() else { return Ok(()) };
        match next {
            Ok(next) => {
                view.next = Some(next);
                drop(view.advance(&self.place, self.number));
                Ok(())
            }
            Err(error) => {
                view.is_stale = true;
                Err(error)
            }
        }
    }

    /// Forgets the views that nobody has followed for the longest time, where they are many.
    fn forget_idle(&mut self, but: usize) {
        let idle = |view: &Option<View<S::View>>| view.as_ref().is_some_and(|view| view.followers == 0);
        let count = self.views.iter().filter(|view| idle(view)).count();
        if count <= IDLE_VIEWS || S::as_view(&self.value).is_some() {
            return;
        }
        let oldest = (0..self.views.len()).find(|index| *index != but && idle(&self.views[*index]));
        if let Some(oldest) = oldest {
            self.views[oldest] = None;
            self.groups.retain(|_, index| *index != oldest);
        }
    }
}

impl<V: Patch> View<V> {
    /// Takes what the last action has made of it for told, and returns what that has changed.
    fn advance(&mut self, place: &CellPlace, number: u64) -> Option<GroupChange> {
        let (next, json) = self.next.take()?;
        let told = self.told.as_mut()?;
        let mut out = PatchWriter::new(json.len() / 2 + 1);
        let walked = contained(|| V::diff(told, &next, &mut out)).is_ok();
        let change = if walked { out.finish().unwrap_or(Change::Whole) } else { Change::Whole };
        if !walked {
            self.told = Some(next);
        }
        self.tell(change, json, place, number)
    }

    /// Counts a change, and keeps what tells it.
    fn tell(&mut self, change: Change, json: Arc<str>, place: &CellPlace, number: u64) -> Option<GroupChange> {
        let update = match change {
            Change::Nothing => return None,
            Change::Patch(patch) => Update::Patch(patch.into()),
            Change::Whole => Update::Whole(json.clone()),
        };
        let from = std::mem::replace(&mut self.version, self.versions.next(place, number));
        match &update {
            Update::Patch(patch) => self.recent.push(from.clone(), patch.clone(), json.len()),
            Update::Whole(_) => self.recent.clear(),
        }
        if self.told.is_some() {
            self.json = Some(json);
        }
        Some(GroupChange { group: 0, from, to: self.version.clone(), update })
    }
}

impl Versions {
    fn next(&mut self, place: &CellPlace, number: u64) -> Arc<str> {
        if let Self::Own { count, .. } = self {
            *count += 1;
        }
        self.name(place, number)
    }

    fn name(self, place: &CellPlace, number: u64) -> Arc<str> {
        match self {
            Self::OfValue => format!("{number}.{}", place.life).into(),
            Self::Own { epoch, count } => place.positions.seal(Position::of_event(epoch, count)).into(),
        }
    }
}

impl<S: SharedState> StateCell<S::App> for Cell<S> {
    fn told(&self) -> &dyn Any {
        // Where they are equal, the value itself has what does not travel, too.
        if self.kept.is_none() { &*self.value } else { &*self.told }
    }

    fn copy(&self) -> Result<StateValue, SyncError> {
        let copy = self.run("a copy of the value", || S::clone(&self.value))?;
        Ok(Arc::new(Guarded::new(copy)))
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn life(&self) -> &str {
        &self.place.life
    }

    fn has_changed(&self) -> bool {
        self.kept.is_some()
    }

    fn differs(&self) -> bool {
        // Where that cannot be found out, it is saved once more.
        self.kept.is_some() && !contained(|| self.value.is_same(&self.told)).unwrap_or(false)
    }

    fn change(&mut self, change: &mut dyn FnMut(&mut dyn Any) -> Result<(), SyncError>) -> Result<(), SyncError> {
        self.check_usable()?;
        let value: &mut S = &mut self.value;
        let changed = contained(|| change(value)).unwrap_or_else(|Panicked| Err(panicked(self.place.cb, "action")));
        let looked = changed.and_then(|()| self.look());
        if looked.is_err() {
            self.go_back();
        }
        looked
    }

    fn keep(&mut self) {
        let Self { value, kept, .. } = self;
        let copied = contained(|| match kept {
            Some(kept) => S::diff(kept, value, &mut PatchWriter::silent()),
            None => *kept = Some(Guarded::new(S::clone(value))),
        });
        self.check_walked(copied.is_ok());
    }

    fn commit(&mut self, number: u64) -> Option<StateChange> {
        self.kept = None;
        let Self { value, told, json, .. } = self;
        let mut out = PatchWriter::new(json.len() / 2 + 1);
        let walked = contained(|| S::diff(told, value, &mut out));
        if walked.is_err() {
            self.check_walked(false);
            return None;
        }
        // What has no JSON has been refused before.
        let change = out.finish().unwrap_or(Change::Whole);
        if change == Change::Nothing {
            self.views.iter_mut().flatten().for_each(|view| view.next = None);
            return None;
        }
        let before = std::mem::replace(&mut self.number, number);
        self.see_what_was_taken_back();
        let (number, place, json) = (self.number, &self.place, &self.json);
        let sees_value = S::as_view(&self.value).is_some();
        let mut change = Some(change);
        let mut groups = Vec::new();
        for (index, view) in self.views.iter_mut().enumerate() {
            let Some(view) = view else { continue };
            let told = if sees_value {
                // There is one such group.
                view.tell(change.take().unwrap_or(Change::Whole), json.clone(), place, number)
            } else if view.next.is_some() {
                view.is_stale = false;
                view.advance(place, number)
            } else {
                (view.is_stale, view.next) = (true, None);
                None
            };
            groups.extend(told.map(|told| GroupChange { group: index, ..told }));
        }
        Some(StateChange { before, number, groups })
    }

    fn take_back(&mut self) {
        self.kept = None;
        self.go_back();
        match self.told_json() {
            Ok(json) => self.json = json,
            Err(_) => self.check_walked(false),
        }
    }

    fn adopt(&mut self, json: &str, number: u64) -> Result<Option<StateChange>, SyncError> {
        if self.kept.is_some() {
            self.take_back();
        }
        let read = self.run("reading a value", || serde_json::from_str::<S>(json))?;
        let mut read = Some(Guarded::new(read.map_err(|error| {
            tracing::error!(state = self.place.cb, room = %self.place.room, %error, "the value of another server cannot be read");
            SyncError::new("state-unavailable")
        })?));
        self.change(&mut |value| {
            if let (Some(value), Some(mut read)) = (value.downcast_mut::<S>(), read.take()) {
                std::mem::swap(value, &mut read);
            }
            Ok(())
        })?;
        let changed = self.commit(number);
        // What is equal has been changed, too: it has the number of all servers.
        self.number = number;
        Ok(changed)
    }

    fn group_of(&mut self, member: Member<'_, S::App>) -> Result<usize, SyncError> {
        self.check_usable()?;
        let group = self.run("by", || S::group(member))?;
        let sees_value = S::as_view(&self.value).is_some();
        let index = self.views.iter().position(Option::is_none).unwrap_or(self.views.len());
        let found = match contained(|| match group.among(&mut self.groups) {
            Entry::Occupied(found) => Ok(*found.get()),
            Entry::Vacant(place) => Err(*place.insert(index)),
        }) {
            Ok(Ok(known)) => return Ok(known),
            Ok(Err(new)) => new,
            Err(Panicked) => return Err(panicked(self.place.cb, "by")),
        };
        let versions = match sees_value {
            true => Versions::OfValue,
            false => Versions::Own { epoch: Position::random_epoch(), count: 1 },
        };
        let seen = if sees_value {
            Ok(None)
        } else {
            let group = self.groups.iter().find(|(_, known)| **known == found).map(|(group, _)| group);
            group.map_or(Ok(None), |group| self.see(&self.told, group).map(Some))
        };
        let (told, json) = match seen {
            Ok(seen) => seen.unzip(),
            Err(error) => {
                self.groups.retain(|_, known| *known != found);
                return Err(error);
            }
        };
        let version = versions.name(&self.place, self.number);
        let (recent, next) = (Recent::default(), None);
        let view = View { told, versions, version, json, next, recent, followers: 0, is_stale: false };
        match self.views.get_mut(found) {
            Some(place) => *place = Some(view),
            None => self.views.push(Some(view)),
        }
        self.forget_idle(found);
        Ok(found)
    }

    fn hold(&mut self, group: usize) {
        if let Some(view) = self.views.get_mut(group).and_then(Option::as_mut) {
            view.followers += 1;
        }
    }

    fn release(&mut self, group: usize) {
        if let Some(view) = self.views.get_mut(group).and_then(Option::as_mut) {
            view.followers -= 1;
            view.next = None;
        }
        self.forget_idle(usize::MAX);
    }

    fn shown(&mut self, group: usize, have: Option<&str>) -> Result<Shown, SyncError> {
        self.check_usable()?;
        self.refresh(group)?;
        let Some(view) = self.views.get(group).and_then(Option::as_ref) else {
            return Err(SyncError::new("sync-server-failed"));
        };
        let version = view.version.clone();
        let whole = || match &view.json {
            Some(json) => Ok(json.clone()),
            None if self.kept.is_none() => Ok(self.json.clone()),
            None => self.told_json(),
        };
        let update = match have {
            Some(have) if *have == *version => Update::Patch("[]".into()),
            have => match have.and_then(|have| view.recent.since(have)) {
                Some(patch) => Update::Patch(patch),
                None => Update::Whole(whole()?),
            },
        };
        Ok(Shown { version, update })
    }

    fn version(&mut self, group: usize) -> Result<Arc<str>, SyncError> {
        self.check_usable()?;
        self.refresh(group)?;
        let view = self.views.get(group).and_then(Option::as_ref);
        view.map(|view| view.version.clone()).ok_or_else(|| SyncError::new("sync-server-failed"))
    }

    fn is_still(&mut self, group: usize, version: &str) -> Result<bool, SyncError> {
        self.check_usable()?;
        self.refresh(group)?;
        let known = self.groups.iter().find(|(_, known)| **known == group).map(|(group, _)| group);
        let view = self.views.get(group).and_then(Option::as_ref);
        let (Some(known), Some(view)) = (known, view) else { return Err(SyncError::new("sync-server-failed")) };
        if *view.version != *version {
            return Ok(false);
        }
        if self.kept.is_none() {
            return Ok(true);
        }
        // Something has happened that nobody has been told of yet.
        match &view.told {
            None => self.run("a comparison", || self.value.is_same(&self.told)),
            Some(told) => {
                let (now, _) = self.see(&self.value, known)?;
                self.run("a comparison", || now.is_same(told))
            }
        }
    }

    fn json(&self) -> Arc<str> {
        self.json.clone()
    }
}

impl<S: SharedState> Cell<S> {
    /// Returns the value as JSON, as it was told last.
    fn told_json(&self) -> Result<Arc<str>, SyncError> {
        let json = self.run("the value", || encode(&*self.told))?;
        json.map(text).map_err(|_| SyncError::new("sync-server-failed"))
    }
}

/// Looks whether a value is one that may be, and returns its JSON.
fn looked_at<S: SharedState>(value: &S, place: &CellPlace, is_deep: bool) -> Result<Arc<str>, SyncError> {
    let looked = contained(|| (value.check_rules(&Path::top()), encode(value)));
    let (rules, json) = looked.map_err(|Panicked| panicked(place.cb, "a rule of the value"))?;
    rules.map_err(|refused| SyncError::invalid_state(refused.path, refused.reason))?;
    let json = json.map_err(|error| {
        tracing::error!(state = place.cb, ?error, "a value has no JSON form");
        SyncError::new("sync-server-failed")
    })?;
    if json.len() > place.limit {
        return Err(SyncError::invalid_state("", "too-large"));
    }
    if is_deep && depth(&json) > DEEPEST {
        return Err(SyncError::invalid_state("", "too-deep"));
    }
    Ok(text(json))
}

/// Returns how deep JSON is nested.
fn depth(json: &[u8]) -> usize {
    let (mut deepest, mut depth, mut in_text, mut is_escaped) = (0, 0_usize, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Makes a text of JSON that serde_json has written.
fn text(json: Vec<u8>) -> Arc<str> {
    String::from_utf8(json).expect("JSON is UTF-8").into()
}

fn panicked(cb: &str, what: &'static str) -> SyncError {
    log_panicked(cb, what);
    SyncError::new("sync-server-failed")
}
