// Heads of 10 channels, two queries to an invocation.
const D4 = 3u;
const PER_INVOCATION = 2u;
const KEYS = 64u;
const THREADS = 64u;
