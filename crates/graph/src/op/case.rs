//! What an operation is tried on: a small graph with made-up weights and inputs. The same list serves tests and benchmarks.

use crate::{ENCODINGS, Encoding, Error, Graph, Program, Var, WeightIndex, WeightInfo};

type Build = Box<dyn for<'g> Fn(&'g Graph, &[Var<'g>]) -> Var<'g>>;

/// One operation at one size.
pub struct Case {
    /// The size, for messages.
    pub name: String,
    /// Too large for a test on a software adapter: benchmarks only.
    pub real: bool,
    weights: WeightIndex,
    inputs: Vec<CaseInput>,
    build: Option<Build>,
}

/// An input and what it is filled with.
pub struct CaseInput {
    /// Its name in the program.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// What it holds.
    pub fill: Fill,
}

/// Contents of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// [`awkward`] numbers.
    Awkward,
    /// Whole numbers below this.
    Ids(usize),
    /// Timesteps from 0 to 999, fractions among them.
    Timesteps,
}

impl Case {
    /// An empty case.
    pub fn new(name: impl Into<String>) -> Case {
        Case { name: name.into(), real: false, weights: WeightIndex::new(), inputs: vec![], build: None }
    }

    /// One case per row of [`ENCODINGS`].
    pub fn per_encoding(case: impl Fn(Encoding) -> Case) -> Vec<Case> {
        ENCODINGS.iter().map(|row| case(row.encoding)).collect()
    }

    /// For benchmarks only.
    pub fn real(self) -> Case {
        Case { real: true, ..self }
    }

    /// Adds a weight.
    pub fn weight(mut self, name: &str, shape: &[usize], encoding: Encoding) -> Case {
        self.weights.insert(name.into(), WeightInfo { shape: shape.to_vec(), encoding });
        self
    }

    /// Adds an input of awkward numbers.
    pub fn input(self, name: &str, shape: &[usize]) -> Case {
        self.with_input(name, shape, Fill::Awkward)
    }

    /// Adds an input of row numbers below `below`.
    pub fn ids(self, name: &str, shape: &[usize], below: usize) -> Case {
        self.with_input(name, shape, Fill::Ids(below))
    }

    /// Adds an input of timesteps.
    pub fn timesteps(self, name: &str, batch: usize) -> Case {
        self.with_input(name, &[batch], Fill::Timesteps)
    }

    fn with_input(mut self, name: &str, shape: &[usize], fill: Fill) -> Case {
        self.inputs.push(CaseInput { name: name.into(), shape: shape.to_vec(), fill });
        self
    }

    /// Says what is computed from the inputs, in the order in which they were added.
    pub fn build(mut self, build: impl for<'g> Fn(&'g Graph, &[Var<'g>]) -> Var<'g> + 'static) -> Case {
        self.build = Some(Box::new(build));
        self
    }

    /// Its inputs.
    pub fn inputs(&self) -> &[CaseInput] {
        &self.inputs
    }

    /// The program, with the one output `y`.
    pub fn program(&self) -> Result<Program, Error> {
        let graph = Graph::new(self.weights.clone());
        graph.allow_f16();
        let input = |i: &CaseInput| match i.fill {
            Fill::Ids(_) => graph.ids(&i.name, &i.shape),
            _ => graph.input(&i.name, &i.shape),
        };
        let inputs: Vec<Var> = self.inputs.iter().map(input).collect();
        let build = self.build.as_ref().expect("a case says what it builds");
        graph.output("y", build(&graph, &inputs));
        graph.finish()
    }

    /// The program of its gradient by the input of that number, with a further input `cotangent`; the outputs are `y` and `gradient`.
    ///
    /// # Errors
    /// Where the way back is not known, by the operation's name.
    pub fn gradient(&self, of: usize, segments: usize) -> Result<Program, Error> {
        let graph = Graph::new(self.weights.clone());
        let input = |i: &CaseInput| match i.fill {
            Fill::Ids(_) => graph.ids(&i.name, &i.shape),
            _ => graph.input(&i.name, &i.shape),
        };
        let inputs: Vec<Var> = self.inputs.iter().map(input).collect();
        let y = self.build.as_ref().expect("a case says what it builds")(&graph, &inputs);
        let gradient = graph.vjp(y, graph.input("cotangent", &y.shape()), &[inputs[of]], segments);
        graph.output("y", y);
        graph.output("gradient", gradient[0]);
        graph.finish()
    }

    /// Numbers for the input (or weight) of that number: the same on every machine.
    pub fn numbers(&self, index: usize) -> Vec<f32> {
        let input = &self.inputs[index];
        let n = input.shape.iter().product();
        match input.fill {
            Fill::Timesteps => (0..n).map(|i| [0.0, 999.0, 123.4, 1.0, 501.0][i % 5]).collect(),
            _ => awkward(n, index as u64 + 1),
        }
    }

    /// Whole numbers for the input of that number, where it holds row numbers.
    pub fn ids_for(&self, index: usize) -> Option<Vec<u32>> {
        let input = &self.inputs[index];
        let n: usize = input.shape.iter().product();
        match input.fill {
            Fill::Ids(below) => Some((0..n).map(|i| ((i * 7919 + 3) % below) as u32).collect()),
            _ => None,
        }
    }
}

/// About normal numbers with a fiftyfold outlier now and then, and some exact zeros (splitmix64, so the same everywhere).
pub fn awkward(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    };
    (0..n)
        .map(|_| {
            let normal = (0..4).map(|_| next()).sum::<f32>() * 1.732 - 3.464; // four uniforms: variance 1/3, times 3
            let dice = next();
            normal
                * if dice < 0.001 {
                    50.0
                } else if dice < 0.01 {
                    0.0
                } else {
                    1.0
                }
        })
        .collect()
}
