//! The command as a person meets it.

mod command;
mod common;
mod interrupted;
mod records;
mod words;
