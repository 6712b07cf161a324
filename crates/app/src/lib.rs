//! Decant's app.
