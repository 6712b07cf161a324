// Stands in for web/api/parts.js in the npm package: the worker lies beside the module, and nothing else comes along.

/** Written so that bundlers see what is meant. */
export function startWorker() {
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "decant" });
}

export const partsBelow = () => null;

export const INSIDE = false;
