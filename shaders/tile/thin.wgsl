// A workgroup of 2 x 32 makes 8 x 64 results, 4 x 2 each: for a handful of rows, such as a timestep's embedding.
const THREADS_M = 2u;
const THREADS_N = 32u;
const PER_M = 4u;
const PER_N = 2u;
const DEPTH = 4u; // in vec4
