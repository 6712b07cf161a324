//! Writes the JavaScript side of a wasm-bindgen module: `decant-bindgen IN.wasm OUT_DIR OUT_NAME`.
//!
//! Pinned to the same version as the `wasm-bindgen` crate in the workspace: the two must agree to the digit.

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder, name] = arguments.as_slice() else {
        eprintln!("usage: decant-bindgen IN.wasm OUT_DIR OUT_NAME");
        std::process::exit(2);
    };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let result = bindgen
        .input_path(input)
        .out_name(name)
        .typescript(true)
        .omit_default_module_path(false) // the page asks for the module without saying where it is
        .web(true)
        .and_then(|b| b.generate(folder));
    if let Err(error) = result {
        eprintln!("decant-bindgen: {input}: {error:#}");
        std::process::exit(1);
    }
}
