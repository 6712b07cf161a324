// Grids: the fields that say what is tried out, and the sheet of pictures, which fills while they are made and is saved as one PNG.

import { TRIED, commonOf, labelOf, readAxes, textsOf } from "../../studio/grid.js";
import { button, byId, element, h, paint, write } from "../dom.js";
import { save } from "../stage/saving.js";
import { say } from "../../words/say.js";
import { shownIn } from "../../studio/kept-images.js";

/** @import { Axis, Sheet } from "../../studio/grid.js" */
/** @import { State } from "../../studio/state.js" */
/** @import { Studio } from "../../studio/studio.js" */
/** @import { View } from "../views.js" */
/** Of the studio. @typedef {"gallery" | "grid" | "stage"} Used */

/** What stands in the fields first: setting and values, across, down, and sheets. @type {[typeof TRIED[number], string][]} */
const FIRST = [
  ["steps", ""],
  ["guidance", ""],
  ["sampler", ""],
];
/** @type {Record<typeof TRIED[number], string>} */
const EXAMPLES = {
  steps: "4, 8, 16",
  guidance: "1, 4, 8",
  seed: "1, 2, 3",
  sampler: "ddim, euler",
  sigmas: "config, karras",
  strength: "0.3, 0.6, 0.9",
  eta: "0, 0.5, 1",
  rescale: "0, 0.7",
  clipSkip: "0, 1",
  guidanceUntil: "0.5, 1",
  prompt: "a red four | a blue seven",
};
/** A sheet's cells in a PNG, and the room for words, in pixels. */
const CELL = { least: 128, most: 512 };
const MARGIN = 36;

/** @type {View<Used>} */
export function sheetView(studio, state) {
  const { axes, drawFields } = fieldsOf(studio, state);
  const dialog = byId("sheet", HTMLDialogElement);
  const common = h("p", { className: "hint" });
  const progress = h("p", { className: "hint numbers", role: "status" });
  const tables = h("div", { className: "sheets" });
  const download = Object.assign(
    button(say("grid.download"), async () => {
      const { sheet } = state();
      const png = sheet && (await drawSheet(sheet));
      if (png) save(png, "decant-grid.png");
    }),
    { id: "sheet-download" },
  );
  const stop = button(say("grid.stop"), () => studio.grid.stopSheet());
  const close = button(say("do.close"), () => dialog.close());
  dialog.append(
    h("h2", { id: "sheet-title", textContent: say("grid.sheet") }),
    common,
    tables,
    h("p", { className: "sources last-line" }, progress, stop, download, close),
  );
  dialog.addEventListener("close", () => studio.grid.showSheet(false));
  const again = byId("show-sheet", HTMLButtonElement);
  again.addEventListener("click", () => studio.grid.showSheet(true));

  /** @type {Sheet | null} */
  let drawn = null;
  return (now) => {
    drawFields(now, axes());
    const { sheet, sheetShown } = now;
    again.hidden = !sheet;
    if (sheetShown && !dialog.open) dialog.showModal();
    if (!sheetShown && dialog.open) dialog.close();
    stop.hidden = !sheet || ![now.running, ...now.queue].some((job) => job?.of?.sheet === sheet.id);
    if (!sheet || sheet === drawn) return;
    if (sheet.id !== drawn?.id) tables.replaceChildren(...tablesOf(sheet));
    drawn = sheet;
    write(common, commonOf(sheet));
    const done = sheet.cells.filter(Boolean).length;
    write(progress, say("grid.done", { n: done, all: sheet.cells.length }));
    download.disabled = done === 0;
    for (const [place, cell] of Array.from(tables.querySelectorAll("td")).entries()) fill(cell, sheet, place, studio);
  };
}

/** The rows of menus and texts, and the button. @param {Pick<Studio, Used>} studio @param {() => State} state */
function fieldsOf(studio, state) {
  const root = byId("grid", HTMLDetailsElement);
  const rows = FIRST.map(([name, text], place) => {
    const menu = h("select", { aria: { label: say("grid.setting", { n: place + 1 }) } });
    menu.append(...TRIED.map((one) => new Option(say(`grid.${one}`), one, one === name, one === name)));
    const field = h("input", {
      type: "text",
      value: text,
      spellcheck: false,
      id: `grid-${place + 1}`,
      aria: { label: say("grid.values", { n: place + 1 }) },
    });
    return { menu, field, row: h("div", { className: "with-button" }, menu, field) };
  });
  const note = h("p", { className: "hint" });
  const problem = h("p", { className: "problem", role: "status" });
  const make = Object.assign(
    button("", () => studio.grid.makeSheet(axes())),
    { id: "make-sheet" },
  );
  root.append(
    h("p", { className: "hint", textContent: say("grid.about") }),
    ...rows.map(({ row }) => row),
    note,
    problem,
    h(
      "p",
      { className: "sources" },
      make,
      Object.assign(
        button(say("grid.show"), () => {}),
        { id: "show-sheet" },
      ),
    ),
  );
  const axes = () =>
    rows.map(
      ({ menu, field }) =>
        /** @type {Axis} */ ({ name: menu.value, texts: textsOf(/** @type {Axis["name"]} */ (menu.value), field.value) }),
    );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault(); // else the form would make one picture
    if (!make.disabled) make.click();
  });
  for (const { field, menu } of rows) for (const one of [field, menu]) one.addEventListener("input", () => drawFields(state(), axes()));

  /** @param {State} now @param {Axis[]} asked */
  function drawFields({ info, settings, phase, sheetProblem }, asked) {
    for (const { menu, field } of rows) field.placeholder = EXAMPLES[/** @type {Axis["name"]} */ (menu.value)];
    const some = asked.some(({ texts }) => texts.length > 0);
    const read = info && some ? readAxes(asked, { info, settings }) : null;
    write(problem, typeof read === "string" ? read : some ? "" : sheetProblem);
    const count = read && typeof read !== "string" ? read.combinations.length : 0;
    make.disabled = count === 0 || (phase !== "ready" && phase !== "running");
    write(make, count > 0 ? say("grid.make", { n: count }) : say("grid.makeNone"));
  }
  return { axes, drawFields };
}

/** One table for each value of the third setting. @param {Sheet} sheet */
function tablesOf({ axes }) {
  const { across, down, sheets } = shapeOf(axes);
  return range(sheets?.texts.length ?? 1).map((k) => {
    const head = h(
      "tr",
      {},
      ...(down ? [h("td", { className: "corner" })] : []),
      ...range(across.texts.length).map((i) => Object.assign(element("th", labelOf(across, i)), { scope: "col" })),
    );
    const rows = range(down?.texts.length ?? 1).map((j) =>
      h("tr", {}, ...(down ? [Object.assign(element("th", labelOf(down, j)), { scope: "row" })] : []), ...across.texts.map(() => h("td"))),
    );
    const table = h(
      "table",
      {},
      ...(sheets ? [element("caption", labelOf(sheets, k))] : []),
      h("thead", {}, head),
      h("tbody", {}, ...rows),
    );
    head.querySelector(".corner")?.replaceWith(h("th"));
    return h("div", { className: "wide" }, table);
  });
}

/**
 * Cells come in the order of the tables: sheet, row, column.
 * @param {HTMLTableCellElement} cell
 * @param {Sheet} sheet
 * @param {number} place
 * @param {Pick<Studio, Used>} studio
 */
function fill(cell, sheet, place, studio) {
  const trace = sheet.cells[cellAt(sheet.axes, place)];
  if (!trace?.image || cell.firstElementChild) return;
  const canvas = h("canvas");
  paint(canvas, trace.image);
  const open = h("button", { type: "button", className: "tile", aria: { label: namesOf(sheet.axes, place).join(", ") } }, canvas);
  open.addEventListener("click", () => {
    const kept = shownIn(trace);
    studio.grid.showSheet(false);
    if (kept === undefined) studio.stage.show(trace);
    else studio.gallery.openKept(kept);
  });
  cell.append(open);
}

/** @param {Axis[]} axes */
function shapeOf([across, down, sheets]) {
  return { across: /** @type {Axis} */ (across), down, sheets };
}

/** Combinations run through the last axis first; tables through the first. @param {Axis[]} axes @param {number} place */
function cellAt(axes, place) {
  return placesOf(axes, place).reduce((at, value, k) => at * (axes[k]?.texts.length ?? 1) + value, 0);
}

/** Which value each axis has there. @param {Axis[]} axes @param {number} place */
function placesOf(axes, place) {
  let rest = place;
  return axes.map(({ texts }) => {
    const value = rest % texts.length;
    rest = Math.floor(rest / texts.length);
    return value;
  });
}

/** @param {Axis[]} axes @param {number} place */
function namesOf(axes, place) {
  return placesOf(axes, place).map((value, k) => labelOf(/** @type {Axis} */ (axes[k]), value));
}

/** All tables in one picture, with their labels. @param {Sheet} sheet @returns {Promise<Blob | null>} */
async function drawSheet({ axes, settings, cells }) {
  const { across, down, sheets } = shapeOf(axes);
  const image = cells.find((cell) => cell?.image)?.image;
  if (!image) return null;
  const scale = Math.max(1, Math.ceil(CELL.least / image.width)) * Math.min(1, CELL.most / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const left = down ? 150 : 8;
  const one = MARGIN + (sheets ? MARGIN : 0) + (down?.texts.length ?? 1) * (height + 8);
  const canvas = h("canvas", { width: left + across.texts.length * (width + 8), height: MARGIN + (sheets?.texts.length ?? 1) * one });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = scale < 1;
  const write = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ room,
    /** @type {string} */ font = "14px sans-serif",
  ) => {
    Object.assign(context, { fillStyle: "#161b1a", font, textBaseline: "middle" });
    context.fillText(text, x, y, room);
  };
  write(commonOf({ axes, settings, cells, id: 0 }), 8, MARGIN / 2, canvas.width - 16, "600 15px sans-serif");
  for (const k of range(sheets?.texts.length ?? 1)) {
    const top = MARGIN + k * one;
    if (sheets) write(labelOf(sheets, k), 8, top + MARGIN / 2, canvas.width - 16, "600 14px sans-serif");
    const first = top + (sheets ? 2 : 1) * MARGIN;
    for (const i of range(across.texts.length)) write(labelOf(across, i), left + i * (width + 8), first - MARGIN / 2, width);
    for (const j of range(down?.texts.length ?? 1)) {
      if (down) write(labelOf(down, j), 8, first + j * (height + 8) + height / 2, left - 16);
      for (const i of range(across.texts.length)) {
        const picture = cells[cellAt(axes, i + across.texts.length * (j + (down?.texts.length ?? 1) * k))]?.image;
        if (!picture) continue;
        const bitmap = await createImageBitmap(picture);
        context.drawImage(bitmap, left + i * (width + 8), first + j * (height + 8), width, height);
        bitmap.close();
      }
    }
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** @param {number} count */
function range(count) {
  return Array.from({ length: count }, (_, i) => i);
}
