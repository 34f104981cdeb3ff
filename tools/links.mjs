// npm run lint:links [-- --write]: every relative link and #anchor of the documentation leads somewhere, and every page is
// listed, in llms.txt too, which --write brings up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { LLMS, llmsText } from './llms.mjs';
import { anchorsOf, contents, CONTENTS, documents, linksOf, targetOf } from './markdown.mjs';

if (process.argv.includes('--write')) writeFileSync(LLMS, llmsText());
const faults = [...documents().flatMap(deadLinks), ...unlisted(), ...outdated()];
for (const fault of faults) console.log(fault);
if (faults.length > 0) process.exitCode = 1;

function deadLinks(from) {
  return linksOf(from).flatMap(({ href, line }) => {
    const target = targetOf(from, href);
    const fault = target && faultOf(target);
    return fault ? [`${from}:${line}: ${href}: ${fault}`] : [];
  });
}

function faultOf({ file, fragment }) {
  if (file.startsWith('..') || !existsSync(file)) return `there is no ${file}`;
  if (fragment === undefined || !file.endsWith('.md') || anchorsOf(file).has(fragment)) return undefined;
  return `${file} has no heading #${fragment}`;
}

function unlisted() {
  const listed = contents().flatMap(({ pages }) =>
    pages.flatMap(({ file, pages: below }) => [file, ...below.map((page) => page.file)]),
  );
  return documents()
    .filter((file) => file.startsWith('docs/') && file !== CONTENTS && !listed.includes(file))
    .map((file) => `${file}: no table of ${CONTENTS} lists it, nor does the page of its folder link to it`);
}

function outdated() {
  const isRight = !existsSync(LLMS) || readFileSync(LLMS, 'utf8') === llmsText();
  return isRight ? [] : [`${LLMS} differs from the tables of ${CONTENTS}: npm run lint:links -- --write`];
}
