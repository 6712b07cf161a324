// A workgroup of 16 x 4 makes 2 x 8 results: 16 invocations to a column, two columns each. For a timestep's embedding, guided or not.
const ROWS = 2u;
const THREADS_K = 16u;
const THREADS_N = 4u;
const PER_N = 2u;
const AHEAD = 4u; // vectors of a row of weights that are loaded at once
