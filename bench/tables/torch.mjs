// The tables of bench/gpu.py, of bench/torch_cpu.py, and of what two devices' pictures differ by.

import { table } from "./decant.mjs";

/** @typedef {{ seconds: number, first: number } | { problem: string }} Network */
/** @typedef {{ precision: string, how: string, problem?: string, device?: string, torch?: string, unet?: Network, decoder?: Network, text?: Network }} Variant */

/** @param {{ date: string, size: number, variants: Variant[] }} result */
export function ofTorch({ date, size, variants }) {
  const cell = (/** @type {Network | undefined} */ network) => {
    if (!network) return "";
    return "problem" in network ? network.problem : `${(1000 * network.seconds).toFixed(1)} (first ${network.first.toFixed(1)} s)`;
  };
  const { device = "a GPU", torch = "" } = variants.find((variant) => variant.torch) ?? {};
  const rows = variants.map(({ precision, how, problem, unet, decoder, text }) => [
    `${precision}, ${how}`,
    ...[unet, decoder, text].map(cell),
    problem ?? "",
  ]);
  return `${date}, ${device}, PyTorch ${torch}, ${size}×${size}, ms:\n\n${table(["PyTorch", "UNet, two pictures", "decoder", "text encoder", ""], rows)}`;
}

/** @param {{ date: string, decant: string, torch: string, rounds: number, rows: { network: string, threads: number, decant: number, torch: number, ratios: number[] }[] }} result */
export function besideTorch({ date, decant, torch, rounds, rows }) {
  const row = (/** @type {typeof rows[number]} */ { network, threads, decant, torch, ratios }) => [
    `${network}, ${threads === 1 ? "one thread" : `${threads} threads`}`,
    decant.toFixed(0),
    torch.toFixed(0),
    `${ratios[ratios.length >> 1].toFixed(2)} (${ratios[0].toFixed(2)}–${(ratios.at(-1) ?? 0).toFixed(2)})`,
  ];
  const heads = ["", "Decant, ms", "PyTorch, ms", "ratio"];
  return `${date}, ${decant}, PyTorch ${torch}, the middle of ${rounds} rounds and of a round's ratio, least to most.\n\n${table(heads, rows.map(row))}`;
}

/** @param {{ date: string, finite: boolean, errors: Record<string, number> }} result */
export function ofAgreement({ date, finite, errors }) {
  const rows = Object.entries(errors).map(([name, error]) => [name, error.toExponential(1)]);
  return `${date}, one guided step and its picture by the GPU and by the CPU${finite ? "" : ", **with numbers that are none**"}: relative root mean square.\n\n${table(["", "difference"], rows)}`;
}
