import { jest } from '@jest/globals';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { SearchNotes } from '../../support/search-notes.js';
import { describeOn } from '../../support/services/describe-on.js';
import { sqliteFile } from '../../support/sql-database.js';
import { TcpProxy, type Treatment } from '../../support/tcp-proxy.js';
import type { TestDatabase } from '../../support/test-database.js';
import { sideBySide } from './side-by-side.js';
import { tryFault, type Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(900_000);

interface AwaitedRequest {
  readonly pattern: RegExp;
  /** After which point of a change it is waited for; undefined: from the beginning. */
  readonly point: string | undefined;
}

/** The first change ends after its point, the last one begins after the other. */
const FIRST = 'inside the transaction';
const BEFORE_LAST = 'half of warm-up';

/** What the target system sends. */
const REQUESTS: Readonly<Record<string, AwaitedRequest>> = {
  'what server it is': { pattern: /^GET \/ HTTP/, point: undefined },
  'making of the control index': { pattern: /^PUT \/\.test-/, point: undefined },
  'reading of the fence': { pattern: /^GET \/\.test-\S+\/_alias /, point: undefined },
  'trial of must_exist': { pattern: /^POST \/_aliases /, point: undefined },
  claim: { pattern: /"add":\{[^}]*\.fence\./, point: undefined },
  'making of an index': { pattern: /^PUT \/test-/, point: undefined },
  documents: { pattern: /^POST \S+\/_bulk/, point: FIRST },
  commit: { pattern: /^POST \/_aliases /, point: FIRST },
  'search for what is unseen': { pattern: /^GET \/_alias\/\S+unseen/, point: FIRST },
  refresh: { pattern: /^POST \S+\/_refresh/, point: BEFORE_LAST },
  'begin of a reindex': { pattern: /^POST \/_reindex/, point: BEFORE_LAST },
  'look at a reindex': { pattern: /^GET \/_tasks\//, point: BEFORE_LAST },
  'search for what is kept': { pattern: /^GET \/_alias\/\S+kept/, point: BEFORE_LAST },
  'commit of a replacement': { pattern: /"remove":[^]*\.marker\./, point: BEFORE_LAST },
};

const ANSWER_MS = 3_000;
const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'request lost': 'drop request',
  'answer lost': 'drop answer',
  'connection reset before the answer': 'reset',
  'answer too late': { delayMs: 2 * ANSWER_MS },
};

const verdicts = new Verdicts();

await describeOn(['opensearch'], 'a wire to OpenSearch that breaks', ({ opensearch }) => {
  it('is got over', async () => {
    const cases = Object.entries(REQUESTS).flatMap(([title, request]) =>
      Object.entries(TREATMENTS).map(([what, treatment]) => ({ title, what, treatment, request })),
    );
    verdicts.expectRight('OpenSearch', await sideBySide(3, cases, breakWire));
  });

  async function breakWire({ title, what, treatment, request }: BrokenWire): Promise<Trial> {
    const workspace = await Workspace.open<TestDatabase, SearchNotes>(sqliteFile, SearchNotes.on(opensearch));
    const proxy = await TcpProxy.before(opensearch);
    const { opensearch: search } = (workspace.target as SearchNotes).options;
    const { pattern, point } = request;
    const isLate = typeof treatment === 'object';
    // Another attempt of the change meets nothing.
    let hasMet = false;
    const options = {
      ...workspace.options,
      ...(isLate && { settings: { timeouts: { answerMs: ANSWER_MS } } }),
      notes: { opensearch: { ...search, url: proxy.through(opensearch) } },
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
        // On a busy machine other answers may be late, too, those of all attempts.
        mustApply: !isLate,
      });
      return proxy.isArmed ? { ...trial, faults: [...trial.faults, 'nothing was broken'] } : trial;
    } finally {
      await proxy.close();
      await workspace.remove();
    }
  }
});

interface BrokenWire {
  readonly title: string;
  readonly what: string;
  readonly treatment: Treatment;
  readonly request: AwaitedRequest;
}

await describeOn(['opensearch'], 'two instances on OpenSearch', ({ opensearch }) => {
  it('apply each change once', async () => {
    const workspace = await Workspace.open(sqliteFile, SearchNotes.on(opensearch));
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
