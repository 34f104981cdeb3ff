import { pipeline } from 'node:stream/promises';
import type { AuditEntry } from '@nestjs-flamingock/core';
import { ENTRY_FIELDS } from '@nestjs-flamingock/core/adapter';
import { csv } from './csv.js';
import { safeJson } from './safe-text.js';
import type { OutputStream } from './terminal.js';

/** How a history is written down. */
export type ExportFormat = 'json' | 'csv';

/** Fields that a reader looks for first. */
const LEADING = ['seq', 'createdAt', 'service', 'executionId', 'stage', 'order'];

/** Every field of an entry, in the order of their columns. */
const COLUMNS = [...new Set([...LEADING, ...ENTRY_FIELDS.map(({ name }) => name)])];

/** One array, one entry a line. */
async function* jsonArray(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const entry of entries) {
    yield before + safeJson(entry);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/**
 * Writes entries as they come, and never holds more of them than a stream does.
 *
 * @returns how many there were.
 */
export async function writeAudit(
  entries: AsyncIterable<AuditEntry>,
  format: ExportFormat,
  to: OutputStream,
): Promise<number> {
  let count = 0;
  async function* counted(): AsyncGenerator<AuditEntry> {
    for await (const entry of entries) {
      if (to.isAbandoned === true) return;
      count++;
      yield entry;
    }
  }
  if (format === 'json') await pipeline(counted, jsonArray, to, { end: false });
  else await pipeline(counted, csv(to.isTTY === true, COLUMNS), to, { end: false });
  return count;
}
