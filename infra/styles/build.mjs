// Compile site.scss, leave out what no page uses, mirror it for right-to-left scripts. `--check` writes nothing.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
// Pictures get addresses like those of all files of the site: below the digest of their content.
const wanted = {};
const own = purged.css.replaceAll(/\.\.\/img\/([a-z0-9_/-]+\.svg)/g, (_, path) => {
  const content = readFileSync(join(here, "node_modules/@uswds/uswds/dist/img", path), "utf8").trim() + "\n";
  const name = path.split("/").at(-1);
  wanted[name] = content;
  return `../${createHash("sha256").update(content).digest("hex").slice(0, 12)}/${name}`;
});
wanted["site.css"] = own + "\n";
wanted["site-rtl.css"] = rtlcss.process(own) + "\n";
let differs = false;
for (const [name, text] of Object.entries(wanted)) {
  const path = join(pages, "static", name);
  if (process.argv.includes("--check")) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
      console.error(`${name} differs: run make styles`);
      differs = true;
    }
  } else {
    writeFileSync(path, text);
  }
}
process.exit(differs ? 1 : 0);
