import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const LINKS = resolve('tools/links.mjs');

describe('lint:links', () => {
  const root = mkdtempSync(join(tmpdir(), 'flamingock-links-'));
  afterAll(() => rmSync(root, { recursive: true }));

  /** What it says of a repository of these files. */
  function check(files: Readonly<Record<string, string>>) {
    rmSync(root, { recursive: true });
    const all = {
      'package.json': '{}',
      'README.md': '[documentation](docs/README.md)',
      'docs/README.md': '| guides | |\n| --- | --- |\n| [Guide](guide.md) | all of it |',
      'docs/guide.md': '# Guide\n\n## What `runAt` does\n\n## Twice\n\n## Twice',
      'libs/core/README.md': '# Core',
      ...files,
    };
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [LINKS], { cwd: root, encoding: 'utf8' });
    expect(stderr).toBe('');
    return { status, faults: stdout.split('\n').slice(0, -1) };
  }

  it.each([
    ['to a file', 'docs/guide.md'],
    ['to a folder', 'libs/core'],
    ['to a heading with code', 'docs/guide.md#what-runat-does'],
    ['to the second heading of a name', 'docs/guide.md#twice-1'],
    ['to a heading of the same file', '#readme'],
    ['out of the repository', 'https://example.com/gone#nowhere'],
  ])('passes a link %s', (_title, href) => {
    expect(check({ 'README.md': `# Readme\n\n[a link](${href})` })).toEqual({ status: 0, faults: [] });
  });

  it.each([
    ['[a](docs/gone.md)', 'docs/gone.md: there is no docs/gone.md'],
    ['![a](docs/gone.svg)', 'docs/gone.svg: there is no docs/gone.svg'],
    ['[a](docs/guide.md#gone)', 'docs/guide.md#gone: docs/guide.md has no heading #gone'],
    ['[a](#gone)', '#gone: README.md has no heading #gone'],
    ['<img src="docs/gone.svg">', 'docs/gone.svg: there is no docs/gone.svg'],
    ['| a |\n| --- |\n| [a](gone.md) |', 'gone.md: there is no gone.md'],
    ['[a](../outside.md)', '../outside.md: there is no ../outside.md'],
  ])('finds that %j leads nowhere', (text, fault) => {
    const line = text.split('\n').length + 2;
    expect(check({ 'README.md': `# Readme\n\n${text}` })).toEqual({
      status: 1,
      faults: [`README.md:${line}: ${fault}`],
    });
  });

  it('does not take code for links', () => {
    expect(check({ 'README.md': '`[a](gone.md)`\n\n```md\n[a](gone.md)\n```' }).faults).toEqual([]);
  });

  it("follows the repository's own address to the files that are here", () => {
    const files = {
      'package.json': '{ "repository": { "url": "git+https://git.example.com/shop/inventory.git" } }',
      'libs/core/README.md':
        '[a](https://git.example.com/shop/inventory/blob/main/docs/gone.md)\n[b](https://git.example.com/shop/inventory/blob/main/docs/guide.md)',
    };
    expect(check(files).faults).toEqual([
      'libs/core/README.md:1: https://git.example.com/shop/inventory/blob/main/docs/gone.md: there is no docs/gone.md',
    ]);
  });

  it('finds a page that the contents do not list, unless the page of its folder links to it', () => {
    const files = {
      'docs/guide.md': '# Guide\n\n[more](guide/more.md)',
      'docs/guide/more.md': '# More',
      'docs/guide/forgotten.md': '# Forgotten',
      'docs/forgotten.md': '# Forgotten',
      'docs/api/core.api.md': '## API Report',
    };
    expect(check(files).faults.map((fault) => fault.split(':')[0])).toEqual([
      'docs/forgotten.md',
      'docs/guide/forgotten.md',
    ]);
  });

  it('finds llms.txt behind the contents', () => {
    const text = '# Shop\n\n> What it is.\n\n## Guides\n\n';
    const link = '- [Guide](docs/guide.md): all of it\n';
    expect(check({ 'llms.txt': text + link })).toEqual({ status: 0, faults: [] });
    expect(check({ 'llms.txt': text }).faults).toEqual([
      'llms.txt differs from the tables of docs/README.md: npm run lint:links -- --write',
    ]);
  });
});
