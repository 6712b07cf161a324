// A workgroup of 8 x 8 makes 32 x 32 results, 4 x 4 each: four times as many workgroups where there are too few to fill a GPU.
const THREADS_M = 8u;
const THREADS_N = 8u;
const PER_M = 4u;
const PER_N = 4u;
const DEPTH = 4u; // in vec4
