// A tiled product loads the next step while it multiplies one: hides memory's latency where few workgroups share a core, and keeps
// A_LOADS + B_LOADS vectors more in registers.
const EARLY = true;
