// Files that a person brings along: made here, chosen or dropped on the page.

/** A PNG of one colour, as a file to choose. */
export async function drawnFile(page, name, { width, height, colour }) {
  const bytes = await page.evaluate(
    async ({ width, height, colour }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    },
    { width, height, colour },
  );
  return { name, mimeType: "image/png", buffer: Buffer.from(bytes) };
}

/** Lets a file fall on the page. */
export function drop(page, { name, type, bytes }) {
  return page.evaluate(
    ({ name, type, bytes }) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      for (const kind of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    },
    { name, type, bytes },
  );
}

/** A file of nothing in particular. */
export function someFile(name, size) {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.alloc(size) };
}

/** A file of a LoRA or a textual inversion, as the stand-in takes it by its name. */
export const beside = (name) => ({ name, type: "", bytes: Array(200).fill(0) });
