// What is said in the lessons, in the language that is spoken; of the others nothing is fetched.

import { LANGUAGES } from "./languages.js";
import { language } from "./say.js";

export const lessonTexts = async () => (await LANGUAGES[language].lessons()).LESSONS;
