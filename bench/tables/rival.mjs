// The table of one result of bench/rival/run.mjs.

const NETWORKS = { text: "text encoder", unet: "UNet", vae: "autoencoder" };

/**
 * @typedef {{ name: string, path: string, rival: boolean, threads: number, times: Record<string, number[]> }} Contender
 * @typedef {{ date: string, gpu?: string, agent: string, cores: number, rounds: number, version: string, load?: number, errors: Record<string, Record<string, number>>, impossible: { name: string, why: string }[], contenders: Contender[] }} Result
 */

/** @param {Result} result */
export function besideRivals({ date, gpu, agent, cores, rounds, version, load = 0, errors, impossible, contenders }) {
  const browser = /Chrom\w*\/\d+|Firefox\/\d+/.exec(agent)?.[0].replace("/", " ") ?? agent;
  const most = Object.values(errors).reduce((worst, of) => Math.max(worst, of.text, of.unet), 0);
  // A load of half a core before it began, or more, was somebody else's.
  const beside = load > 0.5 ? `, other programs beside (load ${load})` : "";
  const titles = Object.values(NETWORKS).map((title) => `${title}, ms | to onnxruntime-web`);
  return [
    `${date}, ${browser}, ${gpu ?? `${cores} cores`}, onnxruntime-web ${version}${beside}; the middle of ${rounds} rounds, and of a round's ratio, least to most; text and noise differ by ${most.toExponential(0)} at most.`,
    "",
    `| | ${titles.join(" | ")} |`,
    `|---|${"---|---|".repeat(titles.length)}`,
    ...contenders.map((contender) => `| ${contender.name} | ${cells(contender, contenders).join(" | ")} |`),
    ...impossible.map(({ name, why }) => `\n${name} does not run: ${why}`),
  ].join("\n");
}

/** Beside the fastest of the rivals on as many threads. @param {Contender} contender @param {Contender[]} contenders */
function cells({ rival, threads, times }, contenders) {
  return Object.keys(NETWORKS).flatMap((net) => {
    const rivals = contenders.filter((other) => other.rival && other.threads === threads).map((other) => other.times[net]);
    const best = rivals.toSorted((a, b) => middle(a) - middle(b))[0];
    const time = middle(times[net]);
    return [time.toFixed(time < 10 ? 1 : 0), rival || !best ? "" : ratios(times[net], best)];
  });
}

/** Of each round, since what disturbs a machine disturbs a round. @param {number[]} ours @param {number[]} theirs */
function ratios(ours, theirs) {
  const all = ours.map((time, round) => time / theirs[round]);
  return `${middle(all).toFixed(2)} (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)})`;
}

/** @param {number[]} numbers */
function middle(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
