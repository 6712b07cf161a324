//! The command as a person meets it.

mod command;
mod common;
mod interrupted;
mod lost;
mod records;
mod upscale;
mod words;
mod writing;
