//! What one register tile computes, as plain data.

/// What one tile computes: `out[i, j] = Σ_tap Σ_k row(i, tap)[k] · b[tap, k, j]`.
pub(crate) struct Work {
    /// Windows of a row.
    pub taps: usize,
    /// Numbers of a window.
    pub c: usize,
    /// `[ROWS][taps]`: where each window of each row begins.
    pub rows: *const *const f32,
    /// `[taps][c][vectors · LANES]`.
    pub b: *const f32,
    /// `[ROWS][vectors · LANES]`, rows `stride` numbers apart.
    pub out: *mut f32,
    /// From one row of results to the next.
    pub stride: usize,
}
