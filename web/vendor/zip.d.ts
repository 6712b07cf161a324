// Zip archives.
export { zipSync, strToU8 } from "fflate";
