import { jest } from '@jest/globals';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { S3Notes } from '../../support/s3-notes.js';
import { describeOn } from '../../support/services/describe-on.js';
import { sqliteFile } from '../../support/sql-database.js';
import { TcpProxy, type Treatment } from '../../support/tcp-proxy.js';
import type { TestDatabase } from '../../support/test-database.js';
import { sideBySide } from './side-by-side.js';
import { tryFault, type Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(600_000);

/** What the target system sends, and after which point of a change it is waited for. */
const REQUESTS = {
  claim: { pattern: /^PUT \S+manifests/, point: undefined },
  'staged object': { pattern: /^PUT \S+staged/, point: 'inside the transaction' },
  commit: { pattern: /^PUT \S+manifests/, point: 'inside the transaction' },
  copy: { pattern: /x-amz-copy-source/i, point: 'inside the transaction' },
  'removal of what was staged': { pattern: /^POST \S+delete/, point: 'inside the transaction' },
} as const;
const TREATMENTS = { 'request lost': 'drop request', 'answer lost': 'drop answer' } as const;
const ATTEMPTS = [1, 3] as const;

const verdicts = new Verdicts();

await describeOn(['seaweedfs'], 'a wire to S3 that breaks', ({ seaweedfs }) => {
  it('is got over, by the SDK or by the engine', async () => {
    const cases = ATTEMPTS.flatMap((maxAttempts) =>
      Object.entries(REQUESTS).flatMap(([title, request]) =>
        Object.entries(TREATMENTS).map(([what, treatment]) => ({
          title,
          what,
          treatment,
          request,
          maxAttempts,
        })),
      ),
    );
    const trials = await sideBySide(2, cases, ({ title, what, treatment, request, maxAttempts }) =>
      breakWire(`${title}, ${maxAttempts} attempts`, what, treatment, request, maxAttempts),
    );
    verdicts.expectRight('S3', trials);
  });

  async function breakWire(
    title: string,
    what: string,
    treatment: Treatment,
    { pattern, point }: (typeof REQUESTS)[keyof typeof REQUESTS],
    maxAttempts: number,
  ): Promise<Trial> {
    const workspace = await Workspace.open<TestDatabase, S3Notes>(sqliteFile, S3Notes.on(seaweedfs));
    const proxy = await TcpProxy.before(seaweedfs);
    const { s3 } = (workspace.target as S3Notes).options;
    // Another attempt of the change meets nothing.
    let hasMet = false;
    const options = {
      ...workspace.options,
      notes: { s3: { ...s3, url: proxy.through(seaweedfs), maxAttempts } },
      onReach: async (reached: string) => {
        if (reached !== point || hasMet) return;
        hasMet = true;
        proxy.meet(pattern, treatment);
      },
    };
    try {
      if (point === undefined) proxy.meet(pattern, treatment);
      const trial = await tryFault({
        title,
        what,
        workspace,
        start: () => withApplication(options, (flamingock) => flamingock.execute()),
        heal: async () => proxy.up(),
        mustApply: true,
      });
      return proxy.isArmed ? { ...trial, faults: [...trial.faults, 'nothing was broken'] } : trial;
    } finally {
      await proxy.close();
      await workspace.remove();
    }
  }
});

await describeOn(['seaweedfs'], 'two instances on S3', ({ seaweedfs }) => {
  it('apply each change once', async () => {
    const workspace = await Workspace.open(sqliteFile, S3Notes.on(seaweedfs));
    try {
      const settings = { lock: { retryMs: 50 } };
      const reports = await Promise.all([1, 2].map(() => boot({ ...workspace.options, settings })));
      expect(reports.map(({ status }) => status).sort()).toEqual(['applied', 'up-to-date']);
      expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    } finally {
      await workspace.remove();
    }
  });
});
