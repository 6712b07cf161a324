// Attacks the command with servers: a small model, served with whatever can go wrong between a server and a program.
//
//     node fuzz/servers.mjs [--seconds 600] [--seed 1] [--decant target/debug/decant]
//
// The same seed attacks with the same servers in the same order. Each must end in the picture that the model draws from disk, or in one sentence
// with exit code 1: never in another picture, a panic, a signal, 3 GB of addresses or more than a minute. `DECANT_PATIENCE` makes the command
// impatient, so that silence costs a fuzzer no half minutes.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Dice, bounded, count, judge, option, root, scratchFolder } from "./shared.mjs";

const seconds = Number(option("--seconds") ?? 600);
const dice = new Dice(Number(option("--seed") ?? 1));
const decant = option("--decant") ?? join(root, "target/debug/decant");
const scratch = scratchFolder("servers");
const artifacts = join(root, "fuzz/artifacts/servers");
const TINY = join(root, "tests/models/sd1-tiny");
const OUT = join(scratch, "out.png");
const SMALL = ["--device", "cpu", "--steps", "1", "--width", "16", "--height", "16", "--quiet", "--no-metadata", "--prompt", "a cat", "--out", OUT];
/** The longest that one run may take, in milliseconds. */
const LONGEST = 60_000;

/**
 * What may be wrong with an answer. Each is given what would be right, and gives back what is sent instead; `true` says that it sent all itself.
 * @typedef {{ name: string, status: number, headers: Record<string, string | number>, body: Buffer, range: [number, number] | null, whole: Buffer }} Answer
 * @type {Record<string, (answer: Answer, socket: import("node:net").Socket) => void | true>}
 */
const FAULTS = {
  "another part": (a) => void (a.range && a.body.length > 1 && ((a.headers["content-range"] = `bytes 0-${a.body.length - 1}/${a.whole.length}`), (a.body = a.whole.subarray(0, a.body.length)))),
  "a shifted part": (a) => void (a.range && a.range[0] > 0 && ((a.headers["content-range"] = `bytes ${a.range[0] - 1}-${a.range[1] - 1}/${a.whole.length}`), (a.body = a.whole.subarray(a.range[0] - 1, a.range[1])))),
  "a shorter part": (a) => void (a.range && a.body.length > 2 && ((a.body = a.body.subarray(0, a.body.length >> 1)), (a.headers["content-range"] = `bytes ${a.range[0]}-${a.range[0] + a.body.length - 1}/${a.whole.length}`), (a.headers["content-length"] = a.body.length))),
  "no Content-Range": (a) => void delete a.headers["content-range"],
  "a nonsense Content-Range": (a) => void (a.headers["content-range"] = dice.pick(["bytes", "bytes */*", "bytes 9-1/0", "bytes -1--1/-1", "octets 0-1/2", `bytes 0-0/${"9".repeat(40)}`])),
  "another total": (a) => void (a.range && (a.headers["content-range"] = `bytes ${a.range[0]}-${a.range[1]}/${a.whole.length + dice.pick([-1, 1, 1e6, 2 ** 52])}`)),
  "an unsaid total": (a) => void (a.range && (a.headers["content-range"] = `bytes ${a.range[0]}-${a.range[1]}/*`)),
  "a longer length": (a) => void (a.headers["content-length"] = a.body.length + 1 + dice.below(1000)),
  "a shorter length": (a) => void (a.headers["content-length"] = Math.max(0, a.body.length - 1 - dice.below(1000))),
  "a nonsense length": (a) => void (a.headers["content-length"] = dice.pick(["-1", "1e9", "", "99999999999999999999999", "5, 6"])),
  "no length": (a) => void delete a.headers["content-length"],
  "the whole file": (a) => void ((a.status = 200), (a.body = a.whole), (a.headers["content-length"] = a.whole.length), delete a.headers["content-range"]),
  "several parts": (a) => void ((a.headers["content-type"] = "multipart/byteranges; boundary=x"), (a.body = Buffer.from(`--x\r\n\r\n${a.body.toString("latin1")}\r\n--x--`, "latin1")), (a.headers["content-length"] = a.body.length)),
  "packed bytes": (a) => void ((a.body = gzipSync(a.body)), (a.headers["content-encoding"] = "gzip"), (a.headers["content-length"] = a.body.length)),
  "a packed bomb": (a) => void ((a.body = BOMB), (a.headers["content-encoding"] = "gzip"), (a.headers["content-length"] = BOMB.length), (a.status = 200)),
  "a false packing": (a) => void (a.headers["content-encoding"] = dice.pick(["br", "gzip", "zstd", "deflate", "x"])),
  "changed bytes": (a) => void (a.body = a.body.map((byte, i) => (i % 97 === 5 ? byte ^ 1 : byte))),
  "another ETag": (a) => void (a.headers.etag = `"${dice.below(1e9)}"`),
  "another date": (a) => void (a.headers["last-modified"] = new Date(dice.below(1e9) * 1000).toUTCString()),
  "a web page": (a) => void ((a.status = 200), (a.headers = { "content-type": "text/html", "content-length": 4 }), (a.body = Buffer.from("<!--"))),
  "a busy status": (a) => void ((a.status = dice.pick([408, 429, 500, 502, 503, 504])), (a.headers = { "content-length": 0, ...(dice.chance(0.5) && { "retry-after": dice.pick(["0", "1", "soon", "-5", "999999999999", new Date(0).toUTCString()]) }) }), (a.body = Buffer.alloc(0))),
  "another status": (a) => void ((a.status = dice.pick([100, 101, 201, 204, 205, 300, 304, 400, 401, 403, 404, 410, 412, 416, 418, 451, 599, 999])), (a.headers = { "content-length": 0 }), (a.body = Buffer.alloc(0))),
  "round and round": (a) => void ((a.status = 302), (a.headers = { location: dice.pick([`/${a.name}`, "//", "ftp://x/", "http://127.0.0.1:1/", "", "\u00ff"]), "content-length": 0 }), (a.body = Buffer.alloc(0))),
  "an early end": (a, socket) => (socket.end(Buffer.concat([head(a), a.body.subarray(0, dice.below(a.body.length + 1))])), true),
  "a reset": (a, socket) => (socket.write(head(a)), socket.resetAndDestroy(), true),
  "a silence": (a, socket) => (socket.write(head(a).subarray(0, dice.below(200))), true),
  "a silence in its middle": (a, socket) => (socket.write(Buffer.concat([head(a), a.body.subarray(0, a.body.length >> 1)])), true),
  "no end": (a, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${dice.chance(0.5) ? "Transfer-Encoding: chunked\r\n" : ""}\r\n`);
    const some = Buffer.from(`4000\r\n${" ".repeat(0x4000)}\r\n`);
    const more = () => {
      while (!socket.destroyed && socket.write(some));
    };
    socket.on("drain", more);
    more();
    return true;
  },
  "no end of headers": (a, socket) => {
    socket.write("HTTP/1.1 206 Partial Content\r\n");
    const more = () => {
      while (!socket.destroyed && socket.write(`X-${dice.below(1e9)}: ${"y".repeat(1000)}\r\n`));
    };
    socket.on("drain", more);
    more();
    return true;
  },
  "chunks that lie": (a, socket) => (socket.end(`HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-9/10\r\ntransfer-encoding: chunked\r\n\r\n${dice.pick(["ffffffffffffffff", "-1", "zz", "5;x=y", "0"])}\r\nhello\r\n0\r\n\r\n`), true),
  "no HTTP": (a, socket) => (socket.end(dice.pick(["", "\0", "SSH-2.0-x\r\n", "HTTP/9.9 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "\x16\x03\x01\x02", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx"])), true),
};

const BOMB = gzipSync(Buffer.alloc(256 << 20), { level: 9 });

/** What makes another model of it, for all that anybody can see: other bytes under the same name and length, and files that are not there. */
const MAY_DIFFER = ["changed bytes", "a web page", "another status"];

/** The picture that is right. */
const right = await picture(["--model", TINY]);
if (right.problem || !right.png) throw new Error(`The command draws nothing from disk: ${right.problem ?? right.stderr}`);

let findings = 0;
let runs = 0;
const figures = new Map();
const until = Date.now() + seconds * 1000;
rmSync(artifacts, { recursive: true, force: true });
while (Date.now() < until) await attack();
for (const [name, { pictures, sentences }] of [...figures].sort()) console.log(`${name.padEnd(26)} ${count(pictures, "right picture")}, ${count(sentences, "sentence")}`);
console.log(`${count(runs, "run")}, ${count(findings, "finding")}`);
rmSync(scratch, { recursive: true, force: true });
process.exit(findings > 0 ? 1 : 0);

async function attack() {
  const fault = dice.pick(Object.keys(FAULTS));
  // Once, now and then, or always; of everything or of one file; from a server that shows what tells versions apart, or does not.
  // Each silence is waited out: of a third of hundreds of answers that alone is a minute.
  const share = dice.pick([0.05, /silence/.test(fault) ? 0.1 : 0.3, 1]);
  const plan = { fault, share, once: dice.chance(0.4), only: dice.chance(0.5) ? dice.pick(["model_index.json", "unet", "vae", "tokenizer", "scheduler"]) : "", shows: dice.chance(0.6), ranges: dice.chance(0.8) };
  const { close, address, log } = await serve(plan);
  const { problem, png, stderr } = await picture(["--model", `${address}model`]);
  close();
  runs += 1;
  const figure = figures.get(fault) ?? { pictures: 0, sentences: 0 };
  figures.set(fault, { pictures: figure.pictures + (png !== null), sentences: figure.sentences + (png === null) });
  const isAnother = png && !png.equals(right.png) && !MAY_DIFFER.includes(fault);
  const wrong = problem ?? (isAnother ? "it drew another picture" : null);
  if (!wrong) return;
  findings += 1;
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(join(artifacts, `${findings}.txt`), `${wrong}\n\n${JSON.stringify(plan)}\n\n${log.join("\n")}\n\n${stderr}`);
  console.log(`finding ${findings}: ${JSON.stringify(plan)}: ${wrong}`);
}

/** One run, and its picture where it drew one. @param {string[]} model */
async function picture(model) {
  rmSync(OUT, { force: true });
  const { program, words, options } = bounded(decant, ["generate", ...model, ...SMALL]);
  const child = spawn(program, words, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  let late = false;
  const timer = setTimeout(() => ((late = true), child.kill("SIGKILL")), LONGEST);
  const [status, signal] = await new Promise((done) => child.on("close", (...ended) => done(ended)));
  clearTimeout(timer);
  return { problem: judge({ status, signal: late ? "a time-out" : signal, stderr }), png: status === 0 && existsSync(OUT) ? readFileSync(OUT) : null, stderr };
}

async function serve(plan) {
  const log = [];
  const sockets = new Set();
  let left = plan.once ? 1 : Infinity;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let heard = "";
    socket.setEncoding("latin1").on("data", (text) => {
      heard += text;
      for (let end; (end = heard.indexOf("\r\n\r\n")) >= 0; heard = heard.slice(end + 4)) reply(heard.slice(0, end), socket);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { address: `http://127.0.0.1:${server.address().port}/`, log, close: () => (server.close(), sockets.forEach((socket) => socket.destroy())) };

  function reply(request, socket) {
    const name = decodeURIComponent(/^GET \/(\S*)/.exec(request)?.[1] ?? "");
    const file = join(TINY, name.replace(/^model\//, ""));
    const whole = name.startsWith("model/") && file.startsWith(TINY) && statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : null;
    if (!whole) return void socket.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    const [, from, to] = /range: bytes=(\d+)-(\d+)/i.exec(request) ?? [];
    const range = plan.ranges && from !== undefined && Number(from) < whole.length ? /** @type {[number, number]} */ ([Number(from), Math.min(Number(to), whole.length - 1)]) : null;
    const body = range ? whole.subarray(range[0], range[1] + 1) : whole;
    const headers = { "content-length": body.length, ...(range && { "content-range": `bytes ${range[0]}-${range[1]}/${whole.length}` }), ...(plan.shows && { etag: '"1"', "last-modified": "Sun, 06 Nov 1994 08:49:37 GMT" }) };
    const answer = { name, status: range ? 206 : 200, headers, body, range, whole };
    const isWrong = name.includes(plan.only) && left > 0 && dice.chance(plan.share);
    log.push(`${name} ${from ?? ""}-${to ?? ""}${isWrong ? ` ${plan.fault}` : ""}`);
    if (isWrong) {
      left -= 1;
      if (FAULTS[plan.fault](answer, socket)) return;
    }
    socket.write(Buffer.concat([head(answer), answer.body]));
    if (!("content-length" in answer.headers)) socket.end();
  }
}

/** @param {Answer} answer */
function head({ status, headers }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`, "latin1");
}
