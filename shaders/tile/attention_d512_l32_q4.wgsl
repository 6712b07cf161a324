// Heads of 512 channels, 32 lanes to 4 queries.
const D4 = 128u;
const LANES = 32u;
const SHARED = 4u;
const KEYS = 4u;
const THREADS = 128u;
