import type { AuditEntry } from '@nestjs-flamingock/core';
import {
  chainEntries,
  ENTRY_FIELDS,
  metadataText,
  type AuditRecord,
  type TimedRecord,
} from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';

const MINUTE_MS = 60_000;

/**
 * Goes on with a history in SQLite, up to so many entries in a chain that is right: changes that each run once, of which
 * every fiftieth failed. The head names the last of them.
 */
export async function prolong(connection: DataSource, count: number): Promise<void> {
  const rows = await connection.query<Record<string, unknown>[]>(
    'SELECT * FROM flamingock_audit_entries ORDER BY seq DESC LIMIT 1',
  );
  const last = Object.fromEntries(
    ENTRY_FIELDS.map(({ name }) => [name, rows[0]?.[columnOf(name)]]),
  ) as unknown as AuditEntry;
  const entries = chainEntries(last, records({ ...last, transactional: false }, count - last.seq));
  const columns = ENTRY_FIELDS.map(({ name }) => columnOf(name)).join(', ');
  const places = ENTRY_FIELDS.map(() => '?').join(', ');
  await connection.transaction(async (manager) => {
    for (const entry of entries)
      await manager.query(
        `INSERT INTO flamingock_audit_entries (${columns}) VALUES (${places})`,
        ENTRY_FIELDS.map(({ name, kind }) => {
          const value = entry[name];
          if (kind === 'texts') return metadataText(value as AuditEntry['metadata']);
          return kind === 'flag' ? Number(value) : value;
        }),
      );
    const end = entries.at(-1);
    await manager.query('UPDATE flamingock_audit_heads SET seq = ?, hash = ?, settled_seq = NULL', [
      end?.seq,
      end?.hash,
    ]);
  });
}

function records(last: AuditRecord & { createdAt: string }, count: number): TimedRecord[] {
  const made: TimedRecord[] = [];
  for (let execution = 0; made.length < count; execution++) {
    const at = Date.parse(last.createdAt) + execution * MINUTE_MS;
    const common = {
      ...last,
      changeId: `price-list-${execution}`,
      order: String(execution).padStart(6, '0'),
      executionId: `00000000-0000-4000-8000-${String(execution).padStart(12, '0')}`,
      error: null,
      metadata: {
        fingerprint: `1:${String(execution).padStart(32, 'a')}:${String(execution).padStart(32, 'b')}`,
      },
    };
    const failed = execution % 50 === 0;
    const steps: Partial<AuditRecord>[] = [
      { state: 'STARTED', durationMs: 0 },
      ...(failed
        ? ([
            { state: 'EXECUTION_FAILED', durationMs: 12, error: `Error: ${'no price '.repeat(40)}` },
            { state: 'ROLLED_BACK', durationMs: 3 },
          ] as const)
        : ([{ state: 'EXECUTED', durationMs: 12 }] as const)),
    ];
    for (const [step, fields] of steps.entries())
      made.push({ record: { ...common, ...fields }, createdAt: new Date(at + step * 12).toISOString() });
  }
  return made.slice(0, count);
}

function columnOf(field: string): string {
  return field === 'order' ? 'change_order' : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
