// Heads of 80 channels, 4 lanes to 4 queries.
const D4 = 20u;
const LANES = 4u;
const SHARED = 4u;
const KEYS = 16u;
const THREADS = 64u;
