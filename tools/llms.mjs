// The links of llms.txt (llmstxt.org): they are those of the contents page, behind a text that is written by hand.
import { readFileSync } from 'node:fs';
import { contents } from './markdown.mjs';

export const LLMS = 'llms.txt';

/** `llms.txt` as it should be: its text up to the first section, and a section for each table of the contents page. */
export function llmsText() {
  const [text] = readFileSync(LLMS, 'utf8').split('\n## ');
  return [text.trimEnd(), ...contents().map(section), ''].join('\n\n').trimEnd() + '\n';
}

function section({ title, pages }) {
  const links = pages.map((page) => `- [${page.title}](${page.file})${page.note ? `: ${page.note}` : ''}`);
  return [`## ${title}`, '', ...links].join('\n');
}
