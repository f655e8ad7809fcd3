//! Who may call a route or enter a room.

use crate::route::App;

/// The most conditions and operators that one [`Auth`] holds.
const CAPACITY: usize = 24;

/// A condition on the caller's session, built in a `const`.
///
/// # Examples
///
/// ```
/// # use sync::wire;
/// # #[sync::session] pub struct Session { pub user_id: String, pub admin: bool, pub banned: bool }
/// # #[wire] pub struct Person {}
/// # pub struct Chess;
/// # impl sync::App for Chess {
/// #     type Session = Session;
/// #     type Public = Person;
/// #     type Presence = sync::Empty;
/// #     fn guest() -> Session { Session { user_id: String::new(), admin: false, banned: false } }
/// #     fn user_id(session: &Session) -> Option<&str> { Some(&session.user_id) }
/// #     fn public(_: &Session) -> Person { Person {} }
/// #     fn locale(_: &Session) -> Option<&str> { None }
/// # }
/// type Auth = sync::Auth<Chess>;
/// const ADMIN: Auth = Auth::login().when("role", |session| session.admin);
/// const BANNED: Auth = Auth::public().when("banned", |session| session.banned);
/// const GOOD_ADMIN: Auth = ADMIN.and(BANNED.not());
/// ```
pub struct Auth<A: App> {
    // The conditions in postfix order, so that a tree of them fits into a constant.
    steps: [Step<A>; CAPACITY],
    len: usize,
}

enum Step<A: App> {
    Public,
    Login,
    When(&'static str, fn(&A::Session) -> bool),
    And,
    Or,
    Not,
}

/// Why a caller was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is logged in: `auth-required`.
    Login,
    /// The condition of this name does not hold: `auth-forbidden` {key}.
    Condition(&'static str),
}

impl<A: App> Auth<A> {
    /// Anybody, logged in or not.
    #[must_use]
    pub const fn public() -> Self {
        Self { steps: [const { Step::Public }; CAPACITY], len: 1 }
    }

    /// Anybody who is logged in.
    #[must_use]
    pub const fn login() -> Self {
        let mut auth = Self::public();
        auth.steps[0] = Step::Login;
        auth
    }

    /// Additionally requires `holds`; `key` names the condition in `auth-forbidden`.
    #[must_use]
    pub const fn when(self, key: &'static str, holds: fn(&A::Session) -> bool) -> Self {
        self.push(Step::When(key, holds)).push(Step::And)
    }

    /// Requires both; the first that does not hold is the answer.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        self.append(&other).push(Step::And)
    }

    /// Requires one of the two; if neither holds, the answer is that of the second.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        self.append(&other).push(Step::Or)
    }

    /// Requires that this does not hold; the answer then names the last condition of it.
    #[must_use]
    pub const fn not(self) -> Self {
        self.push(Step::Not)
    }

    /// Checks a session.
    ///
    /// # Errors
    ///
    /// Says which condition does not hold.
    pub fn check(&self, session: &A::Session) -> Result<(), Denied> {
        let mut results: Vec<(Result<(), Denied>, Denied)> = Vec::with_capacity(self.len);
        for step in &self.steps[..self.len] {
            let result = match step {
                Step::Public => (Ok(()), Denied::Condition("public")),
                Step::Login => match A::user_id(session) {
                    Some(_) => (Ok(()), Denied::Condition("login")),
                    None => (Err(Denied::Login), Denied::Condition("login")),
                },
                Step::When(key, holds) => {
                    let denied = Denied::Condition(key);
                    (if holds(session) { Ok(()) } else { Err(denied) }, denied)
                }
                Step::Not => match results.pop() {
                    Some((Ok(()), name)) => (Err(name), name),
                    Some((Err(_), name)) => (Ok(()), name),
                    None => continue,
                },
                Step::And | Step::Or => {
                    let (Some(second), Some(first)) = (results.pop(), results.pop()) else { continue };
                    let both = if matches!(step, Step::And) { first.0.and(second.0) } else { first.0.or(second.0) };
                    (both, second.1)
                }
            };
            results.push(result);
        }
        results.pop().map_or(Ok(()), |(result, _)| result)
    }

    const fn push(mut self, step: Step<A>) -> Self {
        assert!(self.len < CAPACITY, "an `Auth` holds at most 24 conditions and operators");
        self.steps[self.len] = step;
        self.len += 1;
        self
    }

    const fn append(mut self, other: &Self) -> Self {
        let mut index = 0;
        while index < other.len {
            self = self.push(other.steps[index]);
            index += 1;
        }
        self
    }
}

impl<A: App> Clone for Auth<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: App> Copy for Auth<A> {}

impl<A: App> Clone for Step<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: App> Copy for Step<A> {}

impl<A: App> std::fmt::Debug for Auth<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.steps[..self.len].iter().map(|step| match step {
            Step::Public => "public",
            Step::Login => "login",
            Step::When(key, _) => key,
            Step::And => "and",
            Step::Or => "or",
            Step::Not => "not",
        });
        f.debug_list().entries(names).finish()
    }
}
