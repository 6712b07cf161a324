// Charts.
export { areaY, arrow, axisX, axisY, dot, frame, gridX, gridY, line, link, plot, rectY, ruleX, ruleY, text, tip, pointerX } from "@observablehq/plot";
