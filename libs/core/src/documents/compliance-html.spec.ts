import type { ComplianceChange } from '../operations/compliance-change.js';
import type { ComplianceHeader, ComplianceItem, ComplianceSummary } from '../operations/compliance.js';
import { controlReferences } from '../operations/compliance-controls.js';
import { complianceHtml } from './compliance-html.js';

/** Markup in every place where a text of any origin can be. */
const EVIL = `"><script>alert('x')</script>&amp;\u202e`;

const header: ComplianceHeader = {
  kind: 'header',
  service: 'inventory',
  store: 'collection "audit_heads"',
  from: '2026-01-01T00:00:00.000Z',
  generatedAt: '2026-02-01T00:00:00.000Z',
  version: '0.1.0',
};
const change: ComplianceChange = {
  kind: 'change',
  firstSeq: 1,
  lastSeq: 2,
  changeId: 'add-sku',
  stage: 'main',
  order: '0001',
  targetSystem: 'db',
  author: 'ann',
  operation: 'EXECUTE',
  outcome: 'EXECUTED',
  startedAt: '2026-01-01T08:00:00.000Z',
  endedAt: '2026-01-01T08:00:01.000Z',
  durationMs: 1_500,
  executionId: 'run-1',
  host: 'pod-1',
  tickets: [],
  approvals: [],
  rollbackPlan: 'transaction',
  exceptions: [],
};
const failed: ComplianceChange = {
  ...change,
  changeId: 'add-price',
  outcome: 'EXECUTION_FAILED',
  error: 'Error: no disk',
  exceptions: ['failed'],
};
const summary: ComplianceSummary = {
  kind: 'summary',
  changes: 2,
  entries: 4,
  firstSeq: 1,
  lastSeq: 4,
  contiguous: true,
  exceptions: { failed: 1 },
  edited: [],
  verification: { ok: true, entries: 4, head: { seq: 4, hash: 'f'.repeat(64) }, accepted: [], decisions: 0 },
};

async function html(...items: ComplianceItem[]): Promise<string> {
  async function* given(): AsyncGenerator<ComplianceItem> {
    yield* items;
    await Promise.resolve();
  }
  let text = '';
  for await (const part of complianceHtml(given())) text += part;
  return text;
}
const evil = <T>(value: T): T =>
  (typeof value === 'string'
    ? EVIL
    : Array.isArray(value)
      ? value.map(evil)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, evil(one as unknown)]))
        : value) as T;

describe('a compliance report as HTML', () => {
  it('has exceptions before the list of all changes, each with its error', async () => {
    const text = await html(header, change, failed, summary);
    const [exceptions, all] = [
      text.indexOf('<h2>Exceptions: 1 failed</h2>'),
      text.indexOf('All changes (2)'),
    ];
    expect(exceptions).toBeGreaterThan(0);
    expect(text.slice(exceptions, all)).toContain('<pre>Error: no disk</pre>');
    expect(text.slice(exceptions, all)).not.toContain('add-sku');
    expect(text.slice(all)).toMatch(/add-sku[^]*add-price/);
  });

  it.each([
    [undefined, 'does not exclude that the history was rewritten as a whole'],
    [4, 'and all of it is what was signed'],
    [2, 'what was signed up to entry 2; what comes after it is not signed yet'],
  ])('says how far it is proven, with a signed head of entry %j', async (seq, proof) => {
    const signedHeads =
      seq === undefined ? {} : { signedHeads: [{ seq, hash: 'h', createdAt: 'then', keyId: 'k' }] };
    const verification = {
      ok: true,
      entries: 4,
      head: { seq: 4, hash: 'h' },
      accepted: [],
      decisions: 0,
      ...signedHeads,
    } as const;
    expect(await html(header, change, { ...summary, verification })).toContain(proof);
  });

  it('needs nothing else, and runs nothing', async () => {
    const text = await html(header, change, summary);
    expect(text).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(text).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|src=|https?:\/\//);
  });

  it.each([
    [
      'https://ci.example.com/runs/7?a=1&b="2"',
      '<a href="https://ci.example.com/runs/7?a=1&#38;b=&#34;2&#34;" rel="noreferrer">test run</a>',
    ],
    ['javascript:alert(1)', '<td>javascript:alert(1)</td>'],
  ])('links the test run of a change only where that is an address: %s', async (tests, cell) => {
    expect(await html(header, { ...change, tests }, summary)).toContain(cell);
  });

  it('escapes every text that comes from elsewhere', async () => {
    const texts = {
      header: {
        ...evil(header),
        kind: 'header' as const,
        control: { id: 'pci' as const, ...controlReferences('pci') },
      },
      change: {
        ...evil({
          ...failed,
          reason: 'why',
          tickets: ['A-1'],
          fingerprint: 'f',
          tests: 't',
          actor: { name: 'ann', kind: 'human' as const, via: 'cli' },
          approvals: [{ by: 'bob', at: 'then', beforeMs: 5 }],
        }),
        kind: 'change' as const,
        rollbackPlan: 'none' as const,
        exceptions: failed.exceptions,
      },
      summary: {
        ...summary,
        edited: evil([{ changeId: 'a', differences: ['x'] }]),
        drift: {
          service: 'inventory',
          asked: 1,
          unasked: [],
          drifted: evil([{ changeId: 'a', stage: 's', targetSystem: 't', verdict: 'partial', error: 'e' }]),
        } as NonNullable<ComplianceSummary['drift']>,
      },
    };
    const held = {
      ok: true,
      entries: 4,
      head: { seq: 4, hash: EVIL },
      accepted: [{ seq: 1, fault: EVIL }],
      decisions: 1,
      signedHeads: [{ seq: 4, hash: EVIL, createdAt: EVIL, keyId: EVIL }],
    } as const;
    const altered = {
      ok: false,
      seq: 2,
      changeId: EVIL,
      fault: EVIL,
      heldUntil: held.signedHeads[0],
    } as const;
    for (const verification of [held, altered]) {
      const text = await html(texts.header, texts.change, { ...texts.summary, verification });
      expect(text).not.toMatch(/<script|alert\('|"><|\u202e/);
      expect(text.match(/&#60;script&#62;/g)?.length).toBeGreaterThan(20);
    }
  });

  it('says where the history was altered, and up to where it was signed', async () => {
    const heldUntil = { seq: 1, hash: 'a', createdAt: '2026-01-01T08:00:00.000Z', keyId: 'k' };
    const text = await html(header, change, {
      ...summary,
      verification: {
        ok: false,
        seq: 2,
        changeId: 'add-sku',
        fault: 'content does not match its hash',
        heldUntil,
      },
    });
    expect(text).toContain('is NOT proven');
    expect(text).toContain('entry 2 of &#34;add-sku&#34;: content does not match its hash');
    expect(text).toContain('entry 1, signed at 2026-01-01T08:00:00.000Z by key k');
  });

  it('says that entries are left out where a clock was set back', async () => {
    const text = await html(header, change, { ...summary, contiguous: false });
    expect(text).toContain('is NOT proven');
    expect(text).toContain('a clock was set back');
  });

  it.each(['soc2', 'pci', 'iso'] as const)('names the requirements of %s, and claims nothing', async (id) => {
    const { name, references } = controlReferences(id);
    const text = await html({ ...header, control: { id, name, references } }, summary);
    for (const { requirement } of references) expect(text).toContain(`<td>${requirement}</td>`);
    expect(text).toContain('for the auditor to say');
  });

  it('tells the last ten of many signed heads', async () => {
    const signedHeads = Array.from({ length: 12 }, (_, index) => ({
      seq: index + 1,
      hash: 'h',
      createdAt: 'then',
      keyId: 'k',
    }));
    const text = await html(header, {
      ...summary,
      verification: {
        ...summary.verification,
        ok: true,
        entries: 4,
        head: { seq: 4, hash: 'h' },
        accepted: [],
        decisions: 0,
        signedHeads,
      },
    });
    expect(text).toContain('all 12 are in it<br>2 earlier ones<br>entry 3,');
  });

  it('says so where there is nothing', async () => {
    const text = await html(header, { ...summary, changes: 0, exceptions: {} });
    expect(text).toContain('There is none in this period.');
    expect(text).toContain('Nothing was done in this period.');
  });

  it('keeps rows of any number and length, in their order', async () => {
    const changes = Array.from({ length: 2_000 }, (_, index) => ({
      ...failed,
      changeId: `change-${index}`,
      error: index === 7 ? 'ü'.repeat(100_000) : 'no',
    }));
    const text = await html(header, ...changes, { ...summary, changes: 2_000 });
    const ids = [...text.slice(text.indexOf('All changes')).matchAll(/<td>(change-\d+)</g)].map(
      ([, id]) => id,
    );
    expect(ids).toEqual(changes.map(({ changeId }) => changeId));
    expect(text).toContain('ü'.repeat(100_000));
  });
});
