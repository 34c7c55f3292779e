// Makes one page of the AsyncAPI document, with AsyncAPI's own component: node html.mjs FILE PAGE
//
// Everything is in the page: it asks no other host for anything, and its policy forbids that. The
// component compiles schemas in the browser, so the policy has to allow eval.

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Parser, stringify } from "@asyncapi/parser";

const [source, page] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(await readFile(source, "utf8"));
if (document === undefined) {
  console.error(diagnostics.map(({ path, message }) => `${path.join("/")}: ${message}`).join("\n"));
  process.exit(1);
}

const folder = dirname(createRequire(import.meta.url).resolve("@asyncapi/react-component/package.json"));
const component = await readFile(join(folder, "browser/standalone/without-parser.js"), "utf8");
const styles = await readFile(join(folder, "styles/default.min.css"), "utf8");
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data:";
const escaped = { "<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029" };
const schema = JSON.stringify(stringify(document)).replace(/[<\u2028\u2029]/g, (one) => escaped[one]);
const info = document.info();
await writeFile(
  page,
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title()} ${info.version()}: topics and records</title>
<style>${styles}</style>
<div id="document"></div>
<script>${component.replaceAll("</script", "<\\/script")}</script>
<script>
  AsyncApiStandalone.render(
    { schema: ${schema}, config: { show: { sidebar: true } } },
    document.getElementById("document"),
  );
</script>
</html>
`,
);
