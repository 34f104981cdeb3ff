import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const FILE = /^```ts file=(\S+)\n([\s\S]*?)^```$/gm;

/** Copies the files that a page shows into the project, as its reader does. */
export const copyFrom =
  (page) =>
  async ({ esm }, { project }) => {
    const files = [...readFileSync(join(root, page), 'utf8').matchAll(FILE)];
    if (files.length === 0) throw new Error(`${page} shows no file`);
    for (const [, path, text] of files) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), esm ? withExtensions(text) : text);
    }
  };

/** Pages say once that relative imports of ES modules end in `.js`. */
function withExtensions(text) {
  return text.replace(/(from '\.\.?\/[^']+)'/g, "$1.js'");
}
