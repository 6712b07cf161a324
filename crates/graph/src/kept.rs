//! What a machine remembers from one run to the next: the inputs that stay ([`crate::Graph::kept_input`]).

use crate::{Input, Program};

/// The numbers of a program's kept inputs in the run before, in the program's order; nothing before the first run and after a failed one.
#[derive(Debug, Default)]
pub struct Kept(Option<Vec<Numbers>>);

#[derive(Debug, PartialEq)]
enum Numbers {
    F32(Vec<f32>),
    U32(Vec<u32>),
}

impl Kept {
    /// Whether these (of all inputs, as [`Program::match_inputs`] gives them) are the same: then [`Program::prelude`] need not run again.
    pub fn same(&self, program: &Program, given: &[Input]) -> bool {
        let same = |(kept, given): (&Numbers, Input)| match (kept, given) {
            (Numbers::F32(kept), Input::F32(given)) => kept == given,
            (Numbers::U32(kept), Input::U32(given)) => kept == given,
            _ => false,
        };
        self.0.as_ref().is_some_and(|kept| kept.iter().zip(of(program, given)).all(same))
    }

    /// A run with these is over.
    pub fn ran(&mut self, program: &Program, given: &[Input]) {
        if !self.same(program, given) {
            let numbers = |given| match given {
                Input::F32(given) => Numbers::F32(given.to_vec()),
                Input::U32(given) => Numbers::U32(given.to_vec()),
            };
            self.0 = Some(of(program, given).map(numbers).collect());
        }
    }

    /// What is on the device is no run's any more.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

fn of<'a>(program: &Program, given: &[Input<'a>]) -> impl Iterator<Item = Input<'a>> {
    program.inputs.iter().zip(given).filter(|(input, _)| input.kept).map(|(_, given)| *given)
}
