// Zip archives.
export { Zip, ZipPassThrough } from "fflate";
