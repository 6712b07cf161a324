//! SHA-256 of what comes in parts: a browser's own digest wants all of it at once, and a model's file is larger than any array.

use sha2::Digest;
use wasm_bindgen::prelude::wasm_bindgen;

/// A sum that is not finished yet: `Sum` in `web/api/protocol.d.ts`.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256(sha2::Sha256);

#[wasm_bindgen]
impl Sha256 {
    /// Of nothing so far.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Sha256 {
        Sha256::default()
    }

    /// Goes on with these bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sum in 64 hexadecimal digits.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Sha256;

    #[test]
    fn a_sum_does_not_depend_on_how_the_bytes_come() {
        // FIPS 180-4's examples: "abc", and a million times "a".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        let text = "a".repeat(1_000_000);
        for (text, expected) in [("abc", abc), (text.as_str(), million)] {
            for part in [1, 7, 64, 65_537] {
                let mut sum = Sha256::new();
                text.as_bytes().chunks(part).for_each(|bytes| sum.add(bytes));
                assert_eq!(sum.finish(), expected, "{part} bytes at a time");
            }
        }
    }
}
