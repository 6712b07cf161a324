// A workgroup of 8 x 8 handles 8 queries, one row each, for heads of at most 512 channels.
const PER_ROW = 1u;
const VECTORS = 16u;
