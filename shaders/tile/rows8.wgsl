// A workgroup of 16 x 4 makes 8 x 8 results: 16 invocations to a column, two columns each. For up to eight rows.
const ROWS = 8u;
const THREADS_K = 16u;
const THREADS_N = 4u;
const PER_N = 2u;
const AHEAD = 2u; // vectors of a row of weights that are loaded at once
