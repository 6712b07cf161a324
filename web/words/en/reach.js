// Texts of what this browser and machine can do, of the self-test, and of the page's own versions.

/** @satisfies {import("../languages.js").Words} */
export const REACH = {
  "reach.title": "This browser and machine",
  "reach.show": "What this browser and machine can do",
  "reach.lead": "Tested here, just now.",
  "reach.looking": "Checking…",
  "reach.yes": "Yes",
  "reach.partly": "Partly",
  "reach.no": "No",

  "reach.gpu": "Uses the GPU",
  "reach.gpu.unnamed": "an unnamed GPU",
  "reach.gpu.yes": "WebGPU offers {adapter}.",
  "reach.gpu.partly": "The only adapter, {adapter}, is a GPU emulated by the CPU. The CPU itself is usually faster, so it is used.",
  "reach.gpu.no": "This browser has no WebGPU, so the CPU computes: same picture, but slower.",
  "reach.gpu.no-adapter":
    "This browser has WebGPU but offers no adapter: the graphics driver is missing, too old or turned off. So the CPU computes: same picture, but slower.",
  "reach.gpu.insecure":
    "This page was loaded over plain http from another machine, and browsers turn WebGPU off there. Over https, or in the single file decant.html, the GPU can be used.",
  "reach.limits": "Room for large pictures",
  "reach.limits.yes":
    "A buffer may hold {buffer} and a binding {binding}. Pictures up to 1024 × 1024 need no more than the 268 MB and 134 MB that WebGPU guarantees.",
  "reach.limits.no": "No adapter, so there are no limits to read.",
  "reach.half": "GPU extras",
  "reach.half.yes":
    "It supports 16-bit arithmetic (shader-f16). Where that proves faster here, the denoiser computes products in it, and adds them up in 32 bits.",
  "reach.half.partly":
    "It does not support 16-bit arithmetic (shader-f16). Weights are kept small all the same, and arithmetic is done in 32 bits.",
  "reach.cpu": "Uses the CPU",
  "reach.cpu.yes": {
    one: "WebAssembly has vector instructions ({kernels}); the machine has {n} core.",
    other: "WebAssembly has vector instructions ({kernels}); the machine has {n} cores.",
  },
  "reach.cpu.no": "This browser’s WebAssembly has no vector instructions, which the program needs. A newer browser has them.",
  "reach.kernels": "Kernels on the GPU",
  "reach.kernels.yes": "They were tried on this GPU when a model was opened, and the fastest are taken.",
  "reach.kernels.partly":
    "They were tried on this GPU when a model was opened. With this driver some compute wrongly, and are left out: {names}. A newer driver or browser may mend it.",
  "reach.kernels.again": "Try the GPU’s kernels again with the next model",
  "reach.threads": "Several cores at once",
  "reach.threads.yes": { one: "On the CPU, a run uses {n} thread.", other: "On the CPU, a run uses {n} threads. They change no pixel." },
  "reach.threads.partly": {
    one: "On the CPU, a run uses {n} thread. More need memory that is shared: over https, most browsers allow it from the second opening of the page on.",
    other:
      "On the CPU, a run uses {n} threads. More need memory that is shared: over https, most browsers allow it from the second opening of the page on.",
  },
  "reach.threads.choose": "Threads on the CPU, from the next model on",
  "reach.threads.usual": "{n} (all cores but one)",
  "reach.memory": "Memory",
  "reach.memory.yes": "About {memory} or more. Before loading a model, the page says how much it needs.",
  "reach.memory.partly":
    "This browser does not say how much there is. Before loading a model, the page says how much it needs: compare it with what your machine has.",
  "reach.storage": "Stores models and pictures",
  "reach.storage.yes": "{used} of {quota} used. The browser deletes it only when you say so.",
  "reach.storage.partly": "{used} of {quota} used. When the disk is full, the browser may delete it.",
  "reach.storage.file":
    "A page opened from a file gets no storage for models, so downloads are not kept. Models on this computer open as usual.",
  "reach.storage.no":
    "This browser stores no files for this page (a private window, or an address without https), so downloads are not kept.",
  "reach.files": "Reopens models from this computer",
  "reach.files.yes": "A file or folder that you opened once opens again with one click.",
  "reach.files.partly": "You can choose or drop files and folders, but must choose them again next time.",
  "reach.offline": "Works offline",
  "reach.offline.yes": "The page and its own model are stored here and open offline.",
  "reach.offline.file": "This is the single file: everything is in it, and it needs no network.",
  "reach.offline.partly": "Not yet: the page is stored once its model has been opened here.",
  "reach.offline.saving": "This browser is set to save data, so the page is not stored here.",
  "reach.offline.no":
    "This browser cannot install the page from this address (plain http, a private window, or a page that was not built).",
  "reach.notify": "Notifies you when a picture is ready",
  "reach.notify.yes": "Notifications are allowed.",
  "reach.notify.partly": "Not asked for yet.",
  "reach.notify.no": "Notifications are blocked, or this browser has none for this page.",

  "test.title": "Does it compute correctly?",
  "test.lead": "Makes two small pictures with the model that comes with the page, and compares each step with diffusers.",
  "test.start": "Run the test",
  "test.stop": "Stop",
  "test.copy": "Copy for a bug report",
  "test.copied": "Copied.",
  "test.not-copied": "The browser does not allow copying. The text is below: copy it by hand.",
  "test.report": "Bug report",
  "test.going": "{device}: picture {picture} of {pictures}, step {step} of {steps}",
  "test.opening": "{device}: opening the model",
  "test.exact":
    "{device}: same as diffusers, off by {worst} at most (0.001 is allowed), and identical down to the last bit to every other browser with these kernels. One step took {time}.",
  "test.within": "{device}: same as diffusers, off by {worst} at most (0.001 is allowed). One step took {time}.",
  "test.off": "{device}: not the same as diffusers: off by {worst}, where 0.001 is allowed. Please report it, and use the other device.",
  "test.failed": "{device}: could not be tested. {reason}",
  "test.none": "{device}: none to test.",
  "test.stopped": "{device}: stopped.",

  "reach.version": "A new version of this page is ready. Reload to use it now, or it starts the next time you open the page.",
  "reach.version-use": "Reload",
  "reach.version-elsewhere": "Decant is open in another tab or window, still with the old version. Close it, then reload this one.",
};
