// How far the opening of a model is, how fast it goes and how long it still takes: from what the module has read and what the line brings.

/** @import { Progress } from "../api/decant.d.ts" */

/** Milliseconds over which speed is measured. */
const SPAN = 5000;

export class Pace {
  #label;
  #loaded = 0;
  /** @type {number | null} */
  #total = null;
  #shown = 0;
  /** Bytes that came since the module read on last: part of what it is waiting for. */
  #ahead = 0;
  #read = false;
  /** @type {Pick<Progress, "file" | "from">} */
  #source = { file: null, from: null };
  /** @type {{ time: number, bytes: number }[]} */
  #marks = [];

  /** @param {string} [label] until the module says another */
  constructor(label = "Starting") {
    this.#label = label;
  }

  /** The module's word. @param {string} label @param {number} loaded @param {number | null} total */
  report(label, loaded, total) {
    if (total !== this.#total) this.#shown = this.#ahead = 0;
    [this.#label, this.#loaded, this.#total, this.#read] = [label, loaded, total, true];
  }

  /** @param {string} file @param {Progress["from"]} from @param {number} bytes */
  arrived(file, from, bytes) {
    if (this.#read && this.#total !== null) this.#ahead = 0;
    this.#read = false;
    this.#ahead += bytes;
    this.#source = { file, from };
  }

  /** @param {number} time in milliseconds @returns {Progress} */
  at(time) {
    // The module says of a disk's bytes what it has read, where it says anything.
    const reached = this.#loaded + (this.#source.from === "disk" && this.#total !== null ? 0 : this.#ahead);
    this.#shown = Math.max(this.#shown, Math.min(reached, this.#total ?? Infinity));
    this.#marks = [...this.#marks.filter((mark) => time - mark.time <= SPAN && mark.bytes <= this.#shown), { time, bytes: this.#shown }];
    const [first] = this.#marks;
    const seconds = first ? (time - first.time) / 1000 : 0;
    const speed = first && seconds > 0.5 ? (this.#shown - first.bytes) / seconds : null;
    const left = speed && this.#total !== null ? (this.#total - this.#shown) / speed : null;
    return { label: this.#label, loaded: this.#shown, total: this.#total, ...this.#source, bytesPerSecond: speed, secondsLeft: left };
  }
}
