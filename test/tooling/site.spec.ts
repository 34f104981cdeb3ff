import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const CHECK = pathToFileURL(resolve('tools/site/check.mjs')).href;

describe('the check of a built site', () => {
  const dist = mkdtempSync(join(tmpdir(), 'flamingock-site-'));
  afterAll(() => rmSync(dist, { recursive: true }));

  /** What it says of a page beside `docs/guide.html`, for a site that is served below `base`. */
  function check(page: string, base = '/', files: Readonly<Record<string, string>> = {}): unknown {
    rmSync(dist, { recursive: true });
    const guide = '<h2 id="it&#39;s-größer">Guide</h2>';
    for (const [file, text] of Object.entries({ 'index.html': page, 'docs/guide.html': guide, ...files })) {
      mkdirSync(dirname(join(dist, file)), { recursive: true });
      writeFileSync(join(dist, file), text);
    }
    const script = `import { faultsOf } from '${CHECK}';
      console.log(JSON.stringify(faultsOf(process.argv[1], process.argv[2])));`;
    const args = ['--input-type=module', '-e', script, dist, base];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  it.each([
    ['<a href="/docs/guide.html">', '/'],
    ['<a class="link" href="docs/guide.html#it&#39;s-gr%C3%B6%C3%9Fer">', '/'],
    ['<a href="/shop/docs/guide">', '/shop/'],
    ['<a href="/">', '/'],
    ['<a href="https://example.com/gone">', '/'],
    ['<img src="/assets/a.svg">', '/'],
  ])('passes %s below %s', (page, base) => {
    expect(check(page, base)).toEqual([]);
  });

  it.each([
    ['<a href="/docs/gone.html">', 'index.html: /docs/gone.html: there is no such page'],
    ['<a href="/docs/guide.html#gone">', 'index.html: /docs/guide.html#gone: there is no such anchor'],
    ['<a href="#gone">', 'index.html: #gone: there is no such anchor'],
    [
      '<script src="https://example.com/a.js">',
      'index.html: loads from elsewhere: <script src="https://example.com/a.js"',
    ],
    [
      '<link rel="stylesheet" href="//example.com/a.css">',
      'index.html: loads from elsewhere: <link rel="stylesheet" href="//example.com/a.css"',
    ],
  ])('finds %s', (page, fault) => {
    expect(check(page)).toEqual([fault]);
  });

  it('finds a font that a style loads from elsewhere', () => {
    const style = '@font-face{src:url(https://fonts.example.com/a.woff2)}a{src:url(/assets/b.woff2)}';
    expect(check('', '/', { 'assets/style.css': style })).toEqual([
      'assets/style.css: loads from elsewhere: url(https://fonts.example.com/a.woff2',
    ]);
  });
});
