import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = readdirSync('libs');
const CLASS = /class (\w+) extends \w+ \{\n {2}(?:override )?readonly code: string = '(\w+)';/g;
/** Anchor, code, class, what happened, usual cause, what to do next. */
const ROW = /^\| <a id="(\w+)"><\/a>`\1` \| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm;
/** Words of the command without the line that runs it, which `printed-commands.spec.ts` parses. */
const SHORT_COMMAND =
  /`(?:(?:flamingock|plan|execute|apply|undo)(?: [^`]+)?|(?:audit|issue|lock|service) [^`]+)`/;

/** `CODE Class` of each error that a library defines. */
const defined = (library: string): string[] => {
  const sources = join('libs', library, 'src');
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => [...readFileSync(join(sources, file), 'utf8').matchAll(CLASS)])
    .map(([, name = '', code = '']) => `${code} ${name}`);
};

const documentation = readFileSync('docs/errors.md', 'utf8');
const rowsOf = (library: string): string[][] => {
  const [, section = ''] = documentation.split(`\n## @nestjs-flamingock/${library}\n`);
  const [tables = ''] = section.split('\n## ');
  return [...tables.matchAll(ROW)].map(([, ...cells]) => cells);
};

describe('docs/errors.md', () => {
  it.each(LIBRARIES)('has a row for each error of %s, and for nothing else', (library) => {
    const errors = defined(library);
    expect(errors.length > 0).toBe(documentation.includes(`\n## @nestjs-flamingock/${library}\n`));
    const documented = rowsOf(library).map(([code, name]) => `${code} ${name}`);
    expect(documented.sort()).toEqual(errors.sort());
  });

  it.each(LIBRARIES)('says for each error of %s what happened, why, and what to do next', (library) => {
    const unsaid = rowsOf(library).filter((cells) => cells.some((cell) => !/[\w`)]/.test(cell)));
    expect(unsaid).toEqual([]);
  });

  it.each(LIBRARIES)('has whole commands to type for errors of %s', (library) => {
    const shortened = rowsOf(library).filter(([, , , , next = '']) => SHORT_COMMAND.test(next));
    expect(shortened).toEqual([]);
  });
});

it('codes are one for each class, so that a code leads to one row', () => {
  const codes = LIBRARIES.flatMap(defined).map((error) => error.split(' ')[0] ?? '');
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
});
