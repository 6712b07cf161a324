// Heads of 40 channels, 2 lanes to 2 queries.
const D4 = 10u;
const LANES = 2u;
const SHARED = 2u;
const KEYS = 32u;
const THREADS = 64u;
