// Asks AsyncAPI's official parser about documents: node validate.mjs FILE…
//
// Prints one JSON object, from file to what the parser says of it: severity (0 error, 1 warning,
// 2 information, 3 hint), code, place and message.

import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
const said = {};
for (const file of process.argv.slice(2)) {
  const { diagnostics } = await parser.parse(await readFile(file, "utf8"));
  said[file] = diagnostics.map(({ severity, code, path, message }) => ({
    severity,
    code: String(code),
    place: path.join("/"),
    message,
  }));
}
console.log(JSON.stringify(said));
