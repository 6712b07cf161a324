//! Why a try to read from a server failed.

use std::time::Duration;

/// Why a try failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The next one may fare better; after so long, where the server says it.
    Broken(String, Option<Duration>),
    /// It would not.
    Final(String),
}

impl Trouble {
    pub fn broken(reason: impl ToString) -> Trouble {
        Trouble::Broken(reason.to_string(), None)
    }
}
