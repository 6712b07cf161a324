//! Decant's gpu.
