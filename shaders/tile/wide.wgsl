// A workgroup of 8 x 16 makes 64 x 128 results, 8 x 8 each, from 16 columns at a time: gathers inputs half as often as `square`.
const THREADS_M = 8u;
const THREADS_N = 16u;
const PER_M = 8u;
const PER_N = 8u;
const DEPTH = 4u; // in vec4
