// Compile site.scss, leave out what no page uses, mirror it for right-to-left scripts. `--check` writes nothing.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";
import { PurgeCSS } from "purgecss";
import rtlcss from "rtlcss";

const here = dirname(fileURLToPath(import.meta.url));
const pages = join(here, "../../functions/pages/pages");
const { css } = sass.compile(join(here, "site.scss"), {
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["global-builtin", "import", "if-function"],
  loadPaths: [join(here, "node_modules/@uswds/uswds/packages")],
});
const [purged] = await new PurgeCSS().purge({
  content: [join(pages, "templates/*.html")],
  css: [{ raw: css }],
  fontFace: true,
  keyframes: true,
  variables: true,
});
const wanted = { "site.css": purged.css, "site-rtl.css": rtlcss.process(purged.css) };
let differs = false;
for (const [name, text] of Object.entries(wanted)) {
  const path = join(pages, "static", name);
  if (process.argv.includes("--check")) {
    if (readFileSync(path, "utf8") !== text + "\n") {
      console.error(`${name} differs: run make styles`);
      differs = true;
    }
  } else {
    writeFileSync(path, text + "\n");
  }
}
process.exit(differs ? 1 : 0);
