// A workgroup of 8 makes 4 x 64 results, 4 rows of 8 columns each: for a handful of rows, such as a timestep's embedding.
const THREADS = 8u;
const ROWS = 4u;
const PER_N = 8u;
