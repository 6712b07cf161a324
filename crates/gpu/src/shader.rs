//! Puts a kernel's WGSL together from `shaders/`: `#import lib/x` is that file's text, once; `#import weights/*` is the file that the kernel
//! chose for `weights`; `#import input/* of q` is the chosen file with `NAME` standing for `q`. What begins with `enable ` goes to the top. There is nothing else: no conditionals.

use decant_graph::{Error, Kernel};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Every file under `shaders/` without its extension, and its text.
pub static SHADERS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/shaders.rs"));

/// The kernel's whole WGSL.
///
/// # Errors
/// An import that no file answers to, or that the kernel chose nothing for: our own bug, said with both names.
pub fn compose(kernel: &Kernel) -> Result<String, Error> {
    let mut text = String::new();
    append(kernel, kernel.file, "", &mut BTreeSet::new(), &mut text)?;
    // Directives stand first, whichever file needs them.
    let (directives, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("enable "));
    Ok(directives.into_iter().chain(rest).flat_map(|line| [line, "\n"]).collect())
}

fn append(kernel: &Kernel, file: &str, name: &str, seen: &mut BTreeSet<(String, String)>, text: &mut String) -> Result<(), Error> {
    if !seen.insert((file.into(), name.into())) {
        return Ok(());
    }
    let source = SHADERS.iter().find(|(path, _)| *path == file).map(|(_, source)| *source);
    let source = source.ok_or_else(|| Error::Device(format!("shader {}: there is no file shaders/{file}.wgsl", kernel.file)))?;
    for line in source.lines() {
        let Some(import) = line.strip_prefix("#import ") else {
            let line = if name.is_empty() { line.into() } else { line.replace("NAME", name) };
            writeln!(text, "{line}").expect("a string takes anything");
            continue;
        };
        let (path, name) = import.split_once(" of ").unwrap_or((import, ""));
        append(kernel, &resolve(kernel, path.trim())?, name.trim(), seen, text)?;
    }
    Ok(())
}

fn resolve(kernel: &Kernel, path: &str) -> Result<String, Error> {
    let Some(folder) = path.strip_suffix("/*") else {
        return Ok(path.into());
    };
    let chosen = kernel.imports.iter().find(|(name, _)| *name == folder).map(|(_, choice)| format!("{folder}/{choice}"));
    chosen.ok_or_else(|| Error::Device(format!("shader {} imports {path}, but its launch chose nothing for it", kernel.file)))
}

/// A number that changes with any shader's text (FNV-1a, 64 bits): what was measured with other shaders says nothing of these.
pub fn fingerprint() -> u64 {
    let bytes = SHADERS.iter().flat_map(|(path, source)| path.bytes().chain(source.bytes()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A name for a composed kernel: `conv2d.vec4.q8_0.square`.
pub fn name(kernel: &Kernel) -> String {
    let mut name = kernel.file.to_string();
    for (_, choice) in &kernel.imports {
        name.push('.');
        name.push_str(choice);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_pasted_once_and_choices_resolved() {
        let kernel = Kernel::new("attention").with("input", "scalar").with("tile", "attention1");
        let text = compose(&kernel).expect("the kernel's imports exist");
        assert!(text.contains("fn q_at(") && text.contains("fn k_at(") && text.contains("fn v_at("));
        assert_eq!(text.matches("const PER_ROW = 1u;").count(), 1);
        assert!(!text.contains("#import") && !text.contains("NAME"));
    }

    #[test]
    fn a_missing_choice_is_an_error() {
        let kernel = Kernel::new("linear").with("input", "vec4");
        let error = compose(&kernel).expect_err("no weights chosen").to_string();
        assert_eq!(error, "shader linear imports weights/*, but its launch chose nothing for it");
    }
}
