import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = readdirSync('libs');
const CLASS = /class (\w+) extends \w+ \{\n {2}(?:override )?readonly code: string = '(\w+)';/g;
const ROW = /^\| `(\w+)` \| `(\w+)` \| .+ \|$/gm;

/** `CODE Class` of each error that a library defines. */
const defined = (library: string): string[] => {
  const sources = join('libs', library, 'src');
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => [...readFileSync(join(sources, file), 'utf8').matchAll(CLASS)])
    .map(([, name = '', code = '']) => `${code} ${name}`);
};

const documentation = readFileSync('docs/errors.md', 'utf8');
const documented = (library: string): string[] => {
  const [, section = ''] = documentation.split(`## @nestjs-flamingock/${library}\n`);
  const [rows = ''] = section.split('\n## ');
  return [...rows.matchAll(ROW)].map(([, code = '', name = '']) => `${code} ${name}`);
};

describe('docs/errors.md', () => {
  it.each(LIBRARIES)('has a row for each error of %s, and for nothing else', (library) => {
    const errors = defined(library);
    expect(errors.length).toBeGreaterThan(0);
    expect(documented(library).sort()).toEqual(errors.sort());
  });
});

it('codes are one for each class of a library', () => {
  for (const library of LIBRARIES) {
    const codes = defined(library).map((error) => error.split(' ')[0]);
    expect(new Set(codes).size).toBe(codes.length);
  }
});
