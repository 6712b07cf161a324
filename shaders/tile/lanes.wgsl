// A workgroup of 8 makes 16 x 32 results, 16 rows of 4 columns each.
const THREADS = 8u;
const ROWS = 16u;
const PER_N = 4u;
