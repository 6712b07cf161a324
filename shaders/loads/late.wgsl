// A tiled product loads a step when it needs it: fewer registers, and other workgroups that hide memory's latency.
const EARLY = false;
