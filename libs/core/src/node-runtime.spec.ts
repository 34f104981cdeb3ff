import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applicationName } from './node-runtime.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flamingock-name-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A folder with a package.json, if any. */
function folder(path: string, content?: string): string {
  const made = join(root, path);
  mkdirSync(made, { recursive: true });
  if (content !== undefined) writeFileSync(join(made, 'package.json'), content);
  return made;
}

describe('the name of an application', () => {
  it('is that of the nearest package.json that has one', () => {
    folder('shop', '{"name":"@team/shop"}');
    folder('shop/dist', '{"type":"module"}');
    expect(applicationName(folder('shop/dist/src'))).toBe('@team/shop');
  });

  it('is that of the working directory, whichever script was started', () => {
    const shop = folder('shop', '{"name":"shop"}');
    const other = folder('other', '{"name":"other"}');
    expect(applicationName(shop, join(other, 'main.js'))).toBe('shop');
  });

  it('is that of the script where the working directory has none', () => {
    const shop = folder('shop', '{"name":"shop"}');
    expect(applicationName(root, join(shop, 'dist', 'main.js'))).toBe('shop');
  });

  it('is none of an installed package: a test runner, or our own command', () => {
    const runner = folder('shop/node_modules/runner', '{"name":"runner"}');
    expect(applicationName(root, join(runner, 'bin.js'))).toBeUndefined();
  });

  it.each(['no json', '{}', '{"name":1}', '{"name":""}', 'null'])('is none where it reads %s', (content) => {
    expect(applicationName(folder('shop', content), undefined)).toBeUndefined();
  });
});
