// Compile the style sheets of the two sites, leave out what no page uses, and mirror that of the public site for
// right-to-left scripts. `--check` writes nothing.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";
import { PurgeCSS } from "purgecss";
import rtlcss from "rtlcss";

const here = dirname(fileURLToPath(import.meta.url));
let differs = false;

async function build(name, folder, mirrored) {
  const { css } = sass.compile(join(here, `${name}.scss`), {
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["global-builtin", "import", "if-function"],
    loadPaths: [join(here, "node_modules/@uswds/uswds/packages")],
  });
  const [purged] = await new PurgeCSS().purge({
    content: [join(folder, "templates/*.html")],
    css: [{ raw: css }],
    fontFace: true,
    keyframes: true,
    variables: true,
  });
  // Pictures get addresses like those of all files of a site: below the digest of their content.
  const wanted = {};
  const own = purged.css.replaceAll(/\.\.\/img\/([a-z0-9_/-]+\.svg)/g, (_, path) => {
    const content = readFileSync(join(here, "node_modules/@uswds/uswds/dist/img", path), "utf8").trim() + "\n";
    const file = path.split("/").at(-1);
    wanted[file] = content;
    return `../${createHash("sha256").update(content).digest("hex").slice(0, 12)}/${file}`;
  });
  wanted[`${name}.css`] = own + "\n";
  if (mirrored) wanted[`${name}-rtl.css`] = rtlcss.process(own) + "\n";
  for (const [file, text] of Object.entries(wanted)) store(join(folder, "static", file), text);
}

function store(path, text) {
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    console.error(`${path} differs: run make styles`);
    differs = true;
  }
}

await build("site", join(here, "../../functions/pages/pages"), true);
await build("desk", join(here, "../../functions/desk/desk"), false);
process.exit(differs ? 1 : 0);
