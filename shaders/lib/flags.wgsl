// What a product's epilogue adds: `params.flags` is a sum of these. In Rust they are in `op/epilogue.rs`.
const BIAS = 1u;
const PER_BATCH = 2u;
const RESIDUAL = 4u;
