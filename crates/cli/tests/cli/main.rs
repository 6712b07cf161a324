//! The command as a person meets it.

mod command;
mod common;
mod interrupted;
mod lost;
mod quantize;
mod records;
mod upscale;
mod web;
mod words;
mod writing;
