import assert from 'node:assert/strict';
import type { AuditEntry } from '@nestjs-flamingock/core';
import { historyOf, SERVICE, write, type AuditBackend } from './audit-backend.js';
import { HOSTILE_IDS, type ContractChecks } from './contract-case.js';

const ODD_TEXT = `línea 1\nline 2\r\n\ttab 'single' "double" \`back\` \\n ; -- %s $1 ? :p {} 漢字 🦩`;

async function assertKept({ store, second }: AuditBackend, ...given: Partial<AuditEntry>[]): Promise<void> {
  const [first = {}, ...rest] = given;
  const written = await write(store, 1, first, ...rest);
  assert.deepEqual(await historyOf(await second()), written);
  const snapshot = await store.readSnapshot(SERVICE);
  const last = new Map(written.map((entry) => [entry.changeId, entry]));
  assert.deepEqual(new Map(snapshot.map((entry) => [entry.changeId, entry])), last);
}

/** Entries come back exactly as they were given. */
export const AUDIT_ENTRY_CHECKS: ContractChecks<AuditBackend> = {
  'gives back every field of an entry unchanged': async (backend) => {
    await assertKept(backend, {
      executionId: 'f0e1d2c3-0000-4000-8000-00000000abcd',
      stage: 'stage-2',
      order: '0010',
      author: 'team-events',
      state: 'ROLLED_BACK',
      operation: 'UNDO',
      targetSystem: 'catalog-feed',
      txStrategy: 'NON_TX',
      recoveryStrategy: 'ALWAYS_RETRY',
      transactional: false,
      className: 'PublishCatalog',
      methodName: 'rollback',
      durationMs: 86_400_123,
      hostname: 'pod-7f9c.example',
      createdAt: '2031-12-31T23:59:59.999Z',
      error: 'connection reset',
      metadata: { operator: 'ana', reason: 'ticket 12' },
    });
  },

  'keeps nulls, empty texts and zeros apart': async (backend) => {
    await assertKept(
      backend,
      { changeId: 'a', methodName: null, error: null, durationMs: 0, metadata: {} },
      { changeId: 'b', methodName: '', error: '', author: '', metadata: { '': '' } },
    );
  },

  'keeps quotes, line breaks, placeholders and every script in texts': async (backend) => {
    await assertKept(backend, {
      author: ODD_TEXT,
      error: ODD_TEXT,
      stage: 'étape',
      className: 'Größe$_',
      metadata: { [`key ${ODD_TEXT}`]: ODD_TEXT },
    });
  },

  'keeps white space at both ends of texts': async (backend) => {
    await assertKept(backend, { author: ' team ', error: '\n error \n', order: '0001 ' });
  },

  'keeps an error of 4,000 characters': async (backend) => {
    await assertKept(
      backend,
      { changeId: 'a', error: 'x'.repeat(4000) },
      { changeId: 'b', error: '漢'.repeat(4000) },
      { changeId: 'c', error: '🦩'.repeat(2000) },
    );
  },

  'keeps metadata in the order in which it was given': async ({ store }) => {
    await write(store, 1, {
      metadata: { zeta: '1', alpha: '2', Beta: 'true', 'a.b$c': 'null', nu: '{"a":1}' },
    });
    const [entry] = await historyOf(store);
    assert.deepEqual(Object.entries(entry?.metadata ?? {}), [
      ['zeta', '1'],
      ['alpha', '2'],
      ['Beta', 'true'],
      ['a.b$c', 'null'],
      ['nu', '{"a":1}'],
    ]);
  },

  'keeps times to the millisecond, whatever the time zone of the process': async (backend) => {
    await assertKept(
      backend,
      { changeId: 'a', createdAt: '2024-03-31T01:30:00.001Z' },
      { changeId: 'b', createdAt: '2024-10-27T00:30:00.000Z' },
      { changeId: 'c', createdAt: '1999-12-31T23:59:59.120Z' },
    );
  },

  'keeps every state, operation and strategy': async (backend) => {
    await assertKept(
      backend,
      { changeId: 'a', state: 'STARTED', operation: 'EXECUTE', txStrategy: 'TX_SEPARATE' },
      { changeId: 'b', state: 'EXECUTED', operation: 'IMPORT', txStrategy: 'TX_SHARED' },
      { changeId: 'c', state: 'EXECUTION_FAILED', operation: 'RECONCILE', txStrategy: 'NON_TX' },
      { changeId: 'd', state: 'ROLLED_BACK', operation: 'UNDO' },
      { changeId: 'e', state: 'ROLLBACK_FAILED', recoveryStrategy: 'ALWAYS_RETRY' },
      { changeId: 'f', state: 'MANUAL_MARKED_AS_EXECUTED', operation: 'FIX' },
      { changeId: 'g', state: 'MANUAL_MARKED_AS_ROLLED_BACK', transactional: false },
    );
  },

  'keeps changes apart, however alike or odd their ids': async (backend) => {
    const [first = {}, ...rest] = HOSTILE_IDS.map((changeId) => ({ changeId }));
    await assertKept(backend, first, ...rest);
  },
};
