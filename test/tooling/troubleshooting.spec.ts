import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What differs from case to case: ids in quotes, numbers, words of servers, and what the page has shortened. */
const VARIABLE = /"[^"]*"|\d+|\b[A-Z_]{2,}\b|…/;
/** Where a message may be put together from parts. */
const CLAUSE = /[.:;,()]+(?:\s|$)/;
const SHORTEST = 12;

/** The texts of the sources as they are printed: parts joined, what is filled in left open. */
const printed = readdirSync('libs')
  .flatMap((library) => {
    const folder = join('libs', library, 'src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => /(?<!\.spec)\.ts$/.test(file)).map((file) => join(folder, file));
  })
  .map((file) => readFileSync(file, 'utf8').replace(/[`'"]\s*\+\s*[`'"]/g, ''))
  .join('\n')
  .replaceAll(/\\(['"`])/g, '$1');

const page = readFileSync('docs/troubleshooting.md', 'utf8');
const messages = [...page.matchAll(/```text\n([^]*?)\n```/g)].map(([, message = '']) => message);

/** Parts of a message that are the same in every case. */
function fixedParts(message: string): string[] {
  const parts = message
    .split('\n')
    .flatMap((line) => line.split(VARIABLE))
    .flatMap((part) => part.split(CLAUSE));
  return parts
    .map((part) => part.replace(/^[^\w(]+|[^\w)]+$/g, ''))
    .filter(({ length }) => length >= SHORTEST);
}

describe('docs/troubleshooting.md', () => {
  it.each(messages)('quotes what is printed: %s', (message) => {
    const parts = fixedParts(message);
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.filter((part) => !printed.includes(part))).toEqual([]);
  });
});
