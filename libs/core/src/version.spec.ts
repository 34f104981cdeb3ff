import { readFileSync } from 'node:fs';
import { VERSION } from './version.js';

it('is that of package.json', () => {
  const manifest = JSON.parse(readFileSync('libs/core/package.json', 'utf8')) as { version: string };
  expect(VERSION).toBe(manifest.version);
});
