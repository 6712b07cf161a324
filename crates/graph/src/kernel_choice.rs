//! Which GPU kernels are taken: the operations' own order, and what was measured or asked for instead.

use crate::choice::{Candidate, choose};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which candidates are taken where an operation's own order is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KernelChoice {
    /// The candidate's name by the class of the work ([`crate::op::Op::class`]), as measured on this adapter; by the class with ` f16` after
    /// it where halves are faster, for programs that may compute in them.
    pub tuned: BTreeMap<String, String>,
    /// A candidate's name that is taken wherever an operation has it.
    pub forced: Option<String>,
    /// Class and name of candidates that compute wrongly here, and are never taken.
    pub wrong: BTreeSet<(String, String)>,
}

impl KernelChoice {
    /// That candidate wherever an operation has it.
    pub fn forced(name: &str) -> KernelChoice {
        KernelChoice { forced: Some(name.into()), ..KernelChoice::default() }
    }

    /// The candidate to take: the forced one, else the tuned one, else the first that fits.
    ///
    /// # Errors
    /// One sentence where there is none left.
    pub fn of(&self, candidates: Vec<Candidate>, class: Option<&str>) -> Result<Candidate, String> {
        let wrong = |name: &str| class.is_some_and(|class| self.wrong.iter().any(|(of, wrong)| of == class && wrong == name));
        let all = candidates.len();
        let left: Vec<Candidate> = candidates.into_iter().filter(|candidate| !wrong(candidate.name)).collect();
        if left.is_empty() && all > 0 {
            return Err("all kernels for it compute wrongly on this adapter; another driver or browser, or the CPU, may do".into());
        }
        let has = |name: &&str| left.iter().any(|candidate| candidate.fits && candidate.name == *name);
        let tuned = |class: String| self.tuned.get(&class).map(String::as_str).filter(has);
        let tuned = class.and_then(|class| tuned(format!("{class}{F16}")).or_else(|| tuned(class.into())));
        let wanted = self.forced.as_deref().filter(has).or(tuned).map(String::from);
        choose(left, wanted.as_deref())
    }

    /// What [`KernelChoice`]'s `Display` wrote. What it does not know is left out: it comes from a file that anybody may have written.
    ///
    /// ```
    /// use decant_graph::KernelChoice;
    /// let written = "conv2d few: split; linear many: square; wrong attention 40: q2";
    /// assert_eq!(KernelChoice::parse(written).to_string(), written);
    /// assert_eq!(KernelChoice::parse("; nothing; :"), KernelChoice::default());
    /// ```
    pub fn parse(text: &str) -> KernelChoice {
        let mut choice = KernelChoice::default();
        for part in text.split(';') {
            match part.split_once(':').map(|(class, name)| (class.trim(), name.trim())) {
                None | Some(("", _) | (_, "")) => {}
                Some((class, name)) => match class.strip_prefix(WRONG) {
                    Some(class) => _ = choice.wrong.insert((class.into(), name.into())),
                    None => _ = choice.tuned.insert(class.into(), name.into()),
                },
            }
        }
        choice
    }
}

/// After a class, where halves are meant.
pub(crate) const F16: &str = " f16";

/// Before the class of a candidate that computes wrongly.
const WRONG: &str = "wrong ";

/// What was measured, in one line; `forced` is nobody's measurement.
impl fmt::Display for KernelChoice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let tuned = self.tuned.iter().map(|(class, name)| format!("{class}: {name}"));
        let wrong = self.wrong.iter().map(|(class, name)| format!("{WRONG}{class}: {name}"));
        f.write_str(&tuned.chain(wrong).collect::<Vec<_>>().join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways() -> Vec<Candidate> {
        vec![Candidate::always("tall", ()), Candidate { name: "split", fits: false, way: () }, Candidate::always("square", ())]
    }

    fn taken(choice: &KernelChoice) -> &'static str {
        choice.of(ways(), Some("linear many")).expect("one is left").name
    }

    #[test]
    fn what_is_forced_goes_before_what_was_measured_and_that_before_the_order() {
        assert_eq!(taken(&KernelChoice::default()), "tall");
        let tuned = KernelChoice::parse("linear many: square; linear few: tall");
        assert_eq!(taken(&tuned), "square");
        assert_eq!(taken(&KernelChoice { forced: Some("tall".into()), ..tuned.clone() }), "tall");
        let halves = KernelChoice::parse("linear many: tall; linear many f16: square");
        assert_eq!(taken(&halves), "square", "where the program has it at all, it may take it");
        // What does not fit, or is not there, is not taken.
        assert_eq!(taken(&KernelChoice { forced: Some("split".into()), ..tuned }), "square");
        assert_eq!(taken(&KernelChoice::parse("linear many: gone")), "tall");
    }

    #[test]
    fn what_computes_wrongly_is_never_taken() {
        let wrong = KernelChoice::parse("wrong linear many: tall; linear many: tall");
        assert_eq!(taken(&wrong), "square");
        assert_eq!(taken(&KernelChoice { forced: Some("tall".into()), ..wrong.clone() }), "square");
        assert_eq!(wrong.of(ways(), Some("linear few")).expect("of another class").name, "tall");
        let all = KernelChoice::parse("wrong linear many: tall; wrong linear many: square; wrong linear many: split");
        assert!(all.of(ways(), Some("linear many")).is_err_and(|e| e.starts_with("all kernels for it compute wrongly")));
    }
}
