// Heads of 80 channels, 4 lanes to 2 queries.
const D4 = 20u;
const LANES = 4u;
const SHARED = 2u;
const KEYS = 16u;
const THREADS = 64u;
