//! Who somebody is: decided here, whichever door they stand at.

use std::net::IpAddr;

use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::i18n::Locale;
use crate::rooms::Identity;
use crate::route::App;
use crate::session::LiveSession;

/// What somebody brings along to say who they are.
#[derive(Debug)]
pub struct Presented {
    /// The token of a session, if there is one.
    pub token: Option<PresentedToken>,
    /// The language that is asked for.
    pub language: Locale,
    /// Where they are.
    pub address: Option<IpAddr>,
    /// What their page calls itself.
    pub tab: Option<Box<str>>,
}

/// A token, and what becomes of its bearer if it is none of ours.
#[derive(Debug)]
pub enum PresentedToken {
    /// It was meant for us: one that is not valid (any more) is told so.
    Ours(String),
    /// It may be that of another app on this host: one that is not known is nobody's.
    Perhaps(String),
}

impl<A: App> Dispatcher<A> {
    /// Says who somebody is: nobody in particular without a token; for one that is not valid (any more), somebody whose session has
    /// ended and whose calls are all `auth-required`.
    ///
    /// # Errors
    ///
    /// `session-unavailable` when the session store does not answer.
    pub async fn identify(&self, presented: Presented) -> Result<Identity<A>, SyncError> {
        let Presented { token, language, address, tab } = presented;
        let session = match token {
            None => LiveSession::anonymous(),
            Some(PresentedToken::Ours(token)) => self.sessions().find(&token).await?.unwrap_or_else(LiveSession::ended),
            Some(PresentedToken::Perhaps(token)) => {
                self.sessions().find(&token).await?.unwrap_or_else(LiveSession::anonymous)
            }
        };
        Ok(Identity { session, language, address, tab })
    }
}
