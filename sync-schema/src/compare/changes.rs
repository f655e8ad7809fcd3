//! One difference, and all of them without repetition: a type that many routes use is told of once.

use std::collections::BTreeMap;

/// Who notices a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breaks {
    /// Pages that are open, apps on phones, calls that wait offline: what they send is refused, or what they get is not what they know.
    OldClients,
    /// Pages of the newer build, while a server of the older one still answers them.
    NewClients,
    /// What servers have stored is not read any more.
    StoredData,
}

impl Breaks {
    /// Returns what people call them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OldClients => "old clients",
            Self::NewClients => "new clients",
            Self::StoredData => "stored data",
        }
    }
}

/// Something that one contract has otherwise than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of a change it is.
    pub kind: Kind,
    /// Who notices; nobody where it is empty.
    pub breaks: Vec<Breaks>,
    /// What has it, as a contract names it: `event chess/move v1`, `session`; sorted. A type that several use is told of once.
    pub origins: Vec<String>,
    /// Where it is, seen from the first origin: `clientInput.tags[].weight`; empty where it is the whole.
    pub path: String,
    /// Where it is in the source of the newer one; `None` where it is no type's.
    pub at: Option<Spot>,
    /// What has changed, and what follows: a sentence without a full stop.
    pub what: String,
    /// What to do instead; empty where nothing has to be done.
    pub help: String,
}

impl Change {
    /// Something about the whole of what it is told of.
    pub(super) fn of_whole(kind: Kind, breaks: &[Breaks], what: String, help: String) -> Self {
        Self { kind, breaks: breaks.to_vec(), origins: Vec::new(), path: String::new(), at: None, what, help }
    }

    /// Returns what has it, as a sentence begins: `event chess/move v1`, `session and 2 others`.
    #[must_use]
    pub fn subject(&self) -> String {
        let (first, others) = match self.origins.split_first() {
            None => return String::new(),
            Some((first, others)) => (first, others.len()),
        };
        match others {
            0 => first.clone(),
            1 => format!("{first} and another"),
            others => format!("{first} and {others} others"),
        }
    }

    /// Returns who notices, as a list in a sentence; empty where nobody does.
    #[must_use]
    pub fn broken(&self) -> String {
        self.breaks.iter().map(|breaks| breaks.word()).collect::<Vec<_>>().join(" and ")
    }

    /// Returns whether somebody who relied on the older contract cannot any more. What new clients miss in an older server is no promise.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.breaks.iter().any(|breaks| *breaks != Breaks::NewClients)
    }
}

/// A type of the newer contract, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The Rust path of the type.
    pub key: String,
    /// The name in JSON of a field, or of a variant.
    pub member: Option<String>,
    /// The name in JSON of a field of that variant.
    pub field: Option<String>,
}

impl Spot {
    /// The type as a whole.
    pub(super) fn whole(key: &str) -> Self {
        Self { key: key.to_owned(), member: None, field: None }
    }
}

/// What kind of a change it is; its word is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each says what its word says")]
pub enum Kind {
    RouteRemoved,
    RouteAdded,
    RoomChanged,
    RetirementChanged,
    MethodChanged,
    PayloadAdded,
    PayloadRemoved,
    StoreChanged,
    PatternRemoved,
    PatternAdded,
    EntityRemoved,
    EntityAdded,
    KeyChanged,
    PresenceRemoved,
    ErrorRemoved,
    ErrorAdded,
    FieldRemoved,
    FieldAdded,
    FieldRequired,
    FieldOptional,
    AliasRemoved,
    DefaultChanged,
    TypeChanged,
    TypeWidened,
    TypeNarrowed,
    TaggingChanged,
    VariantRemoved,
    VariantAdded,
    RuleAdded,
    RuleTightened,
    RuleRemoved,
    RuleLoosened,
}

impl Kind {
    /// Returns its word: `field-removed`.
    #[must_use]
    pub fn word(self) -> String {
        let mut word = String::new();
        for sign in format!("{self:?}").chars() {
            if sign.is_uppercase() && !word.is_empty() {
                word.push('-');
            }
            word.extend(sign.to_lowercase());
        }
        word
    }
}

/// What has a change: a line of the contract's first level.
pub(super) struct Origin<'a>(pub(super) &'a str);

/// Changes by what they are, so that each is there once.
#[derive(Default)]
pub(super) struct Changes {
    found: BTreeMap<(Option<Spot>, Kind, String, String), Change>,
}

impl Changes {
    pub(super) fn add(&mut self, Origin(origin): Origin<'_>, change: Change) {
        // What is no type's is its origin's own.
        let own = if change.at.is_none() { origin.to_owned() } else { String::new() };
        let key = (change.at.clone(), change.kind, change.what.clone(), own);
        let breaks = change.breaks.clone();
        let known = self.found.entry(key).or_insert(change);
        known.breaks.extend(breaks);
        known.breaks.sort_unstable();
        known.breaks.dedup();
        if let Err(place) = known.origins.binary_search_by(|other| other.as_str().cmp(origin)) {
            known.origins.insert(place, origin.to_owned());
        }
    }

    /// Breaking ones first, then by place.
    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes: Vec<_> = self.found.into_values().collect();
        changes.sort_by(|a, b| {
            let place =
                |change: &Change| (!change.is_breaking(), change.origins.clone(), change.path.clone(), change.kind);
            place(a).cmp(&place(b))
        });
        changes
    }
}
