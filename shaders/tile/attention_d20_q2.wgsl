// Heads of 20 channels, two queries to an invocation.
const D4 = 5u;
const PER_INVOCATION = 2u;
const KEYS = 64u;
const THREADS = 64u;
