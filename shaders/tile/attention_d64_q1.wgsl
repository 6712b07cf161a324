// Heads of 64 channels, one query to an invocation.
const D4 = 16u;
const PER_INVOCATION = 1u;
const KEYS = 16u;
const THREADS = 64u;
