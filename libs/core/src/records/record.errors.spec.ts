import { InMemoryAuditStore, ManualRuntime } from '@nestjs-flamingock/testing';
import { GuardedAuditStore } from '../audit/guarded-audit.store.js';
import { SERVICE } from '../fixtures/runs.js';
import { AnswerTimeout, NoAnswerError } from '../runtime/answer-timeout.js';
import { resolveLimits } from '../runtime/limits.js';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { MAX_RECORD_NAME, MAX_RECORD_VALUE, type NewRecord } from './record-store.js';
import { RecordTooLargeError } from './record.errors.js';

const RECORD: NewRecord = { service: SERVICE, kind: 'cursor', key: 'slack', value: '1' };
const bounded = (store: InMemoryAuditStore, runtime = new ManualRuntime()) =>
  new GuardedAuditStore(store, SERVICE, new AnswerTimeout(resolveLimits({ answerMs: 1_000 }), runtime))
    .records;

describe('the records of a bounded store', () => {
  it('are those of the store', async () => {
    const store = new InMemoryAuditStore();
    const records = bounded(store);
    expect(await records.write(RECORD, { ifVersion: 0 })).toBe(true);
    expect(await records.read(RECORD)).toMatchObject({ ...RECORD, version: 1 });
    expect(await records.list(SERVICE, 'cursor', { limit: 1 })).toHaveLength(1);
    expect(await records.remove(RECORD, { ifVersion: 1 })).toBe(true);
    expect(await store.records.read(RECORD)).toBeUndefined();
  });

  it.each([
    ['kind', MAX_RECORD_NAME],
    ['key', MAX_RECORD_NAME],
    ['value', MAX_RECORD_VALUE],
  ] as const)('are written up to the largest %s, and no further', async (field, most) => {
    const records = bounded(new InMemoryAuditStore());
    const largest = { ...RECORD, [field]: 'x'.repeat(most) };
    expect(await records.write(largest, { ifVersion: 0 })).toBe(true);
    const larger = { ...RECORD, key: 'larger', [field]: 'x'.repeat(most + 1) };
    const refused = records.write(larger, { ifVersion: 0 });
    await expect(refused).rejects.toBeInstanceOf(RecordTooLargeError);
    await expect(refused).rejects.toThrow(`its ${field} has ${most + 1} characters, and stores keep ${most}`);
    expect(await records.read(larger)).toBeUndefined();
  });

  it.each(['read', 'list', 'write', 'remove'] as const)(
    'answer within the time of one answer: %s',
    async (method) => {
      const runtime = new ManualRuntime();
      const store = new InMemoryAuditStore();
      store.records[method] = () => new Promise<never>(() => undefined);
      const records = bounded(store, runtime);
      const asked = {
        read: () => records.read(RECORD),
        list: () => records.list(SERVICE, 'cursor'),
        write: () => records.write(RECORD, { ifVersion: 0 }),
        remove: () => records.remove(RECORD, { ifVersion: 1 }),
      }
        [method]()
        .catch((error: unknown) => error);
      await runtime.advance(1_000);
      const error = await asked;
      expect(error).toBeInstanceOf(AuditStoreUnavailableError);
      expect((error as Error).cause).toBeInstanceOf(NoAnswerError);
    },
  );
});
