//! The numbers that a program is given for one of its inputs.

/// What goes into a program.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Activations.
    F32(&'a [f32]),
    /// Row numbers for `gather`.
    U32(&'a [u32]),
}

impl Input<'_> {
    /// How many numbers.
    pub fn len(&self) -> usize {
        match self {
            Input::F32(values) => values.len(),
            Input::U32(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
