import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const isBuilt = existsSync('apps/demo/dist/main.js');

(isBuilt ? describe : describe.skip)('docs/crash-story.svg and docs/compliance-report.html', () => {
  it('show what the demo prints and makes', () => {
    const { status, stdout } = spawnSync(process.execPath, ['tools/record-crash.mjs', '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  }, 120_000);

  it('are small enough, the first to be part of a page', () => {
    expect(statSync('docs/crash-story.svg').size).toBeLessThan(60_000);
  });
});
