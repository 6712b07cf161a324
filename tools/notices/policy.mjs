// What may come in from outside, and what is known of it. tests/notices.mjs, which is part of ./check.sh, holds this against what cargo and
// npm would fetch. Which licences are accepted stands in licence.mjs.

/** The only place where crates come from. */
export const CRATES = "registry+https://github.com/rust-lang/crates.io-index";

/** Crates that must not come in, not even through others. @type {Record<string, string>} */
export const BANNED = {
  "openssl-sys": "wants a C library of the system; the command's TLS is rustls",
  "native-tls": "is the system's TLS; the command's is rustls, the same everywhere",
  wee_alloc: "leaks and is looked after by nobody",
};

/**
 * Crates that come in two versions, and who wants the older one. A row that is not needed any more is a fault, too.
 * @type {Record<string, string>}
 */
export const DOUBLED = {
  base64: "spm_precompiled, of tokenizers",
  "bit-set": "fancy-regex, of tokenizers",
  "bit-vec": "bit-set",
  getrandom: "rand_core, of candle-core; ring, of the command's TLS",
  hashbrown: "safetensors; gpu-allocator, of wgpu",
  miniz_oxide: "png",
  "r-efi": "getrandom",
  syn: "derive_builder, of tokenizers: only while compiling",
  thiserror: "sysctl, of gemm, on macOS",
  "thiserror-impl": "thiserror",
  "windows-sys": "ring, of the command's TLS, on Windows",
};

/**
 * npm's packages that are under another licence, only build or test, and are in nothing that is handed on.
 * @type {Record<string, string>}
 */
export const TOOLS = { "axe-core": "MPL-2.0" };
