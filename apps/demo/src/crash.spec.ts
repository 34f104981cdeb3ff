import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isBuilt, runDemo, statesOf } from './fixtures/compiled-demo.js';

const flamingock = resolve('libs/cli/bin/flamingock.cjs');

const PRICE_FILES = ['CLF.json', 'EUR.json', 'JPY.json', 'KWD.json', 'USD.json'];

/** Whether it is JSON to the end, with every product. */
function isWhole(content: string): boolean {
  try {
    return (JSON.parse(content) as unknown[]).length === 3;
  } catch {
    return false;
  }
}

/** The walk-through of the README, with the compiled service as `npm start` runs it. */
(isBuilt ? describe : describe.skip)('the compiled service, killed in a change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-demo-crash-'));
  const feed = join(folder, 'feed');
  const index = join(folder, 'cache');
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Reads the price index as others would, again and again until something has ended. */
  async function whileReading<T>(act: () => Promise<T>): Promise<T & { faults: string[] }> {
    const faults: string[] = [];
    const end = new AbortController();
    const ended = act().finally(() => end.abort());
    while (!end.signal.aborted) {
      await setImmediate();
      for (const file of PRICE_FILES) {
        const content = existsSync(join(index, file)) ? readFileSync(join(index, file), 'utf8') : undefined;
        if (content !== undefined && !isWhole(content)) faults.push(`${file}: ${content}`);
      }
    }
    return { ...(await ended), faults };
  }

  const run = (script: string, ...args: string[]) => runDemo(script, args, { DEMO_VAR: folder });

  it('has published all files, and recorded no end', async () => {
    const { code, output } = await run('dist/tools/crash.js');
    expect(output).toContain(
      'died (SIGKILL) at the end of "publish-feed", before it was recorded as executed',
    );
    expect(code).toBe(0);
    expect(readdirSync(feed)).toHaveLength(5);
  });

  it('asks the change at the next start, records that all of it is there, and serves', async () => {
    const { output } = await run('dist/main.js');
    expect(output).toContain('✔ reconciled  feed / 0001 / publish-feed');
    expect(output).toContain('4 skipped, 1 reconciled, 1 executed');
    expect(output).toContain('Serving at');
  });

  it('leaves some of the files behind where it dies in the middle', async () => {
    const { code, output } = await run('dist/tools/crash.js', '--manual');
    expect(output).toContain('died (SIGKILL) in the middle of "publish-feed"');
    expect(code).toBe(0);
    expect(readdirSync(feed)).toEqual(['CLF.json', 'EUR.json']);
  });

  it('does not serve at the next start, and says what was left behind and what to do', async () => {
    const { code, output } = await run('dist/main.js');
    expect(code).toBe(1);
    expect(output).toContain('✖ blocked  feed / 0001 / publish-feed');
    expect(output).toContain('State left behind: EXECUTION_FAILED');
    expect(output).toMatch(/What to do:\s+1\. Look into target system "catalog-feed"/);
    expect(output).toContain('Its @Verify() says "partial".');
    expect(output).toContain('not reached  feed / 0002 / warm-price-index');
    expect(output).toContain('npx --no @nestjs-flamingock/cli audit fix -c publish-feed');
    expect(output).not.toContain('Serving at');
    expect(readdirSync(feed)).toEqual(['CLF.json', 'EUR.json']);
  });

  it.each([
    { args: ['-c', 'publish-fed'], says: 'Did you mean "publish-feed"?', exit: 2 },
    { args: ['-c', 'seed-products'], says: 'Change "seed-products" has no issue', exit: 1 },
  ])('does not record the fix $args', async ({ args, says, exit }) => {
    const { code, output } = await run(flamingock, 'audit', 'fix', '--dry-run', ...args);
    expect(output).toContain(says);
    expect(code).toBe(exit);
  });

  it('goes on with the rest once an operator has recorded that nothing of the change is left', async () => {
    for (const file of readdirSync(feed)) rmSync(join(feed, file));
    const fix = await run(
      flamingock,
      ...[
        'audit',
        'fix',
        '-c',
        'publish-feed',
        '--resolution',
        'ROLLED_BACK',
        '--reason',
        'removed the files',
      ],
    );
    expect(fix.output).toContain('MANUAL_MARKED_AS_ROLLED_BACK');
    expect(fix.code).toBe(0);

    const { output } = await run('dist/main.js');
    expect(output).toContain('4 skipped, 2 executed');
    expect(output).toContain('Serving at');
    expect(readdirSync(feed)).toHaveLength(5);
  });

  it('has nothing to do at the start after that', async () => {
    const { output } = await run('dist/main.js');
    expect(output).toContain('6 changes, nothing to apply');
  });

  it('shows readers nothing of the price index where it dies in the middle of writing it', async () => {
    const { output, faults } = await whileReading(() => run('dist/tools/crash.js', '--files'));
    expect(output).toContain(
      'died (SIGKILL) in the middle of "warm-price-index", with three of five files written',
    );
    expect(output).toContain('Readers find nothing.');
    expect(readdirSync(index)).toEqual(['.flamingock']);
    expect(faults).toEqual([]);
  });

  it('applies it once at the next start, asks nobody, and serves', async () => {
    const { output, faults } = await whileReading(() => run('dist/main.js'));
    expect(output).toContain('5 skipped, 1 executed');
    expect(output).toContain('Serving at');
    expect(readdirSync(index).sort()).toEqual(['.flamingock', ...PRICE_FILES]);
    expect(faults).toEqual([]);
    expect(await statesOf('warm-price-index', { DEMO_VAR: folder })).toEqual([
      'STARTED',
      'ROLLED_BACK',
      'STARTED',
      'EXECUTED',
    ]);
  });

  it('removes all that it wrote when it is reset', async () => {
    await run('dist/tools/reset.js');
    expect(readdirSync(folder)).toEqual([]);
  });
});
