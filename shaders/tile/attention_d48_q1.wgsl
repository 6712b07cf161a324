// Heads of 48 channels, one query to an invocation.
const D4 = 12u;
const PER_INVOCATION = 1u;
const KEYS = 32u;
const THREADS = 64u;
