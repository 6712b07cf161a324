//! Which of several ways a machine takes: candidates, the best first, each knowing whether it can be taken here. Instruction sets are chosen
//! like that, an operation's CPU kernels, and whatever else has more than one way.

/// One way; `Candidate` alone is its name, for something else to be made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<T = ()> {
    /// As it is typed and shown.
    pub name: &'static str,
    /// Whether the machine, and what is to be done, have what it wants.
    pub fits: bool,
    /// The way itself.
    pub way: T,
}

impl<T> Candidate<T> {
    /// A way that can always be taken.
    pub fn always(name: &'static str, way: T) -> Candidate<T> {
        Candidate { name, fits: true, way }
    }
}

/// The first that fits; where a name is wanted, the one of that name. `Err` lists the names that there are.
///
/// ```
/// use decant_graph::choice::{Candidate, choose};
/// let ways = || vec![Candidate { name: "wide", fits: false, way: 16 }, Candidate::always("plain", 1)];
/// assert_eq!(choose(ways(), None)?.way, 1);
/// assert_eq!(choose(ways(), Some("wide")).unwrap_err(), "wide cannot be used here; there is plain");
/// # Ok::<(), String>(())
/// ```
pub fn choose<T>(candidates: Vec<Candidate<T>>, wanted: Option<&str>) -> Result<Candidate<T>, String> {
    let names: Vec<&str> = candidates.iter().filter(|candidate| candidate.fits).map(|candidate| candidate.name).collect();
    let known = wanted.is_none_or(|name| candidates.iter().any(|candidate| candidate.name == name));
    let problem = match wanted {
        Some(name) if known => format!("{name} cannot be used here; there is {}", names.join(", ")),
        Some(name) => format!("nothing is called {name}; there is {}", names.join(", ")),
        None => "there is no way".into(),
    };
    let fits = |candidate: &Candidate<T>| candidate.fits && wanted.is_none_or(|name| name == candidate.name);
    candidates.into_iter().find(fits).ok_or(problem)
}
