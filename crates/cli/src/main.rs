//! The `decant` command: pictures, looks into model files, and benchmarks, from a terminal.
//!
//! Exit code 0, or one sentence on stderr and exit code 1 (2 for arguments that cannot be read, 130 when it was interrupted).

/// A word beside the result, on the error output; whatever a file put into it, it is one line.
macro_rules! note {
    ($($words:tt)*) => { eprintln!("{}", decant_sd::error::shown(&format!($($words)*))) };
}

/// `println!`, but whoever reads may stop reading (`decant inspect … | head`): then there is nobody left to say anything to.
macro_rules! say {
    ($($words:tt)*) => { $crate::say_line(format_args!($($words)*)) };
}

mod arguments;
mod bench;
mod device;
mod generate;
mod inspect;
mod interrupt;
mod kernels;
mod latents;
mod model;
mod output;
mod picture;
mod progress;
mod quantize;
mod reading;
mod round_trip;
mod source;
mod upscale;

use arguments::{Arguments, Command};
use clap::Parser;

/// What went wrong, as the sentence that is shown.
pub(crate) type Failure = Box<dyn std::error::Error>;

fn main() {
    let arguments = Arguments::parse();
    interrupt::listen();
    let done = match arguments.command {
        Command::Generate(mut options) => generate::run(&mut options),
        Command::Encode(options) => round_trip::encode(&options),
        Command::Decode(options) => round_trip::decode(&options),
        Command::Upscale(options) => upscale::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Quantize(options) => quantize::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    if let Err(failure) = done {
        if interrupt::asked() {
            interrupt::end("interrupted; what was finished before is there, the picture that was being made is not written");
        }
        eprintln!("decant: {}", decant_sd::error::shown(&failure.to_string()));
        std::process::exit(1);
    }
}

fn say_line(words: std::fmt::Arguments) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{}", decant_sd::error::printable(&words.to_string())).is_err() {
        std::process::exit(0);
    }
}
