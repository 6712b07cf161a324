// Heads of 160 channels, 8 lanes to 2 queries.
const D4 = 40u;
const LANES = 8u;
const SHARED = 2u;
const KEYS = 8u;
const THREADS = 64u;
