// Links of a packed README are read far from the repository: they are absolute, and what they name in it is there.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './published.mjs';

const LINK = /\]\(([^)\s]+)\)/g;
const IN_REPOSITORY = new RegExp(`^${REPOSITORY}/(?:blob|tree)/main/([^#]*)(?:#(.+))?$`);

/** Links that lead nowhere. Pages of other places are not asked. */
export function linkFaults(folder) {
  const text = readFileSync(join(folder, 'README.md'), 'utf8').replace(/^```[^]*?^```/gm, '');
  return [...text.matchAll(LINK)].flatMap(([, link]) => linkFault(link, text));
}

function linkFault(link, text) {
  if (link.startsWith('#'))
    return anchors(text).includes(link.slice(1)) ? [] : [`README.md: no heading ${link}`];
  if (!/^https?:/.test(link)) return [`README.md: ${link} is relative: write ${REPOSITORY}/blob/main/…`];
  if (!link.startsWith(REPOSITORY)) return [];
  const [, file, anchor] = IN_REPOSITORY.exec(link) ?? [];
  if (file === undefined || !existsSync(file)) return [`README.md: ${link} is not there`];
  const hasAnchor = anchor === undefined || (statSync(file).isFile() && anchorsOf(file).includes(anchor));
  return hasAnchor ? [] : [`README.md: ${link} has no such heading`];
}

function anchorsOf(file) {
  return anchors(readFileSync(file, 'utf8').replace(/^```[^]*?^```/gm, ''));
}

/** As GitHub makes them of headings. */
function anchors(text) {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
