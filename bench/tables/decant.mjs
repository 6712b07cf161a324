// The tables of one result of `decant bench --json`, and what bench/gpu.sh puts beside it.

/**
 * @typedef {{ operation: string, kernel: string, chosen: boolean, error: number | null, problem: string | null, seconds: number | null, flops: number | null, share: number | null }} Operation
 * @typedef {{ width: number, height: number, steps: number, guidance: number, unet_flops: number, seconds: Record<"picture" | "text" | "step" | "decoding", number>, memory: { predicted: number, measured: number | null } }} Picture
 * @typedef {{ made: number, device: string, path: string | null, peak: number | null, gpu: { software: boolean, f16: boolean } | null, operations: Operation[], model: { title: string, weights: string | null } | null, pictures: Picture[] }} Result
 */

/** @param {Result} result */
export function ofDecant({ made, device, path, peak, gpu, operations, model, pictures }) {
  const date = new Date(1000 * made).toISOString().slice(0, 10);
  const can = gpu && `${gpu.software ? "a CPU in disguise, " : ""}${gpu.f16 ? "with" : "without"} f16`;
  const most = peak && `${gflops(peak)} GFLOP/s of multiply-adds in f32 at most`;
  const head = [date, path ? `${device}, ${path}` : device, can, most].filter(Boolean).join(", ");
  return [`${head}.`, ofOperations(operations), ofPictures(model, pictures, peak)].filter(Boolean).join("\n\n");
}

/** @param {Operation[]} operations */
function ofOperations(operations) {
  if (operations.length === 0) return "";
  const row = (/** @type {Operation} */ { operation, kernel, chosen, error, problem, seconds, flops, share }) => {
    const name = chosen ? `**${kernel}**` : kernel;
    if (!seconds || !flops) return [operation, name, "", "", "", problem ?? ""];
    const part = share === null ? "" : `${(100 * share).toFixed(0)} %`;
    return [operation, name, (1000 * seconds).toFixed(3), gflops(flops / seconds), part, error?.toExponential(1) ?? ""];
  };
  return table(["operation", "kernel", "ms", "GFLOP/s", "of the peak", "error"], operations.map(row));
}

/** @param {Result["model"]} model @param {Picture[]} pictures @param {number | null} peak */
function ofPictures(model, pictures, peak) {
  if (!model || pictures.length === 0) return "";
  const row = (/** @type {Picture} */ { width, height, steps, guidance, unet_flops, seconds, memory }) => {
    const rate = unet_flops / seconds.step;
    const [step, decoding, text] = [seconds.step, seconds.decoding, seconds.text].map((time) => (1000 * time).toFixed(1));
    const part = peak ? `${((100 * rate) / peak).toFixed(0)} %` : "";
    const bytes = memory.measured ?? memory.predicted;
    const what = [`${width}×${height}`, guidance > 1 ? "2" : "1", String(steps)];
    return [...what, step, gflops(rate), part, text, decoding, seconds.picture.toFixed(2), `${(bytes / 1e9).toFixed(2)} GB`];
  };
  const heads = ["picture", "in a call", "steps", "step, ms", "GFLOP/s", "of the peak", "text, ms", "decoding, ms", "all, s", "memory"];
  return `${model.title}, weights as ${model.weights ?? "stored"}:\n\n${table(heads, pictures.map(row))}`;
}

/** @param {string[]} heads @param {string[][]} rows */
export function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {number} perSecond */
function gflops(perSecond) {
  return (perSecond / 1e9).toFixed(perSecond < 1e11 ? 1 : 0);
}
