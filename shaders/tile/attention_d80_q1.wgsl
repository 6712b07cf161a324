// Heads of 80 channels, one query to an invocation.
const D4 = 20u;
const PER_INVOCATION = 1u;
const KEYS = 16u;
const THREADS = 64u;
