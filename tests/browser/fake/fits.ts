// The stand-in has every call of the real program, with its types: tsc says what it lacks. (No journey with the stand-in opens a file of an upscaler or
// checks a sum.)
import type { App } from "../../../web/api/protocol.d.ts";
import * as standIn from "./decant_app.js";

export const fits: Omit<App, "Sha256" | "Upscaler"> = standIn;
