//! What can go wrong between a model's functions and a running program.

/// One sentence each: what, where, expected, got.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Everything that a graph's builder found wrong, one line each, in the order of the model's own code.
    #[error("the model does not fit its weights:\n{}", .0.join("\n"))]
    Graph(Vec<String>),
    /// A named input is missing or has another size than the program's.
    #[error("input {name}: expected {expected} numbers, got {got}")]
    Input {
        /// The input's name.
        name: String,
        /// How many numbers the program wants.
        expected: usize,
        /// How many came.
        got: usize,
    },
    /// A named input holds floats where row numbers are wanted, or the other way round.
    #[error("input {name}: expected {}", if *.ids { "row numbers (u32), got floats" } else { "floats, got row numbers (u32)" })]
    InputKind {
        /// The input's name.
        name: String,
        /// Whether row numbers are wanted.
        ids: bool,
    },
    /// A weight is wanted that nobody uploaded, or one whose values do not fit its shape.
    #[error("weight {name}: {problem}")]
    Weight {
        /// The weight's name, as in its file.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The device cannot hold or run this.
    #[error("{0}")]
    Device(String),
    /// The device has no memory left for this: less of it may fit, or more is free once something else is given back.
    #[error("{0}")]
    OutOfMemory(String),
    /// The device is gone; everything on it must be uploaded again.
    #[error("the GPU device was lost ({0}); open the model again to go on, or compute on the CPU")]
    Lost(String),
    /// candle refused; our own bug if the shape rules let it through.
    #[error("CPU runner: {0}")]
    Candle(String),
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Error::Candle(error.to_string())
    }
}
