// Heads of 32 channels, two queries to an invocation.
const D4 = 8u;
const PER_INVOCATION = 2u;
const KEYS = 32u;
const THREADS = 64u;
