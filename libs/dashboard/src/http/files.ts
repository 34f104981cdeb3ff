import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  complianceCsv,
  complianceHtml,
  complianceJson,
  type AuditEntry,
  type ComplianceItem,
} from '@nestjs-flamingock/core';
import type { ReportQuery } from '../api/contract.js';
import { PRIVATE_HEADERS, takeOver, type PlatformResponse } from '../request/exchange.js';

/** Characters that are written together: a stream has as much to do with a line as with a block. */
const BLOCK = 64 * 1024;

/** How a report is written down. */
export const FORMATS = ['html', 'json', 'csv'] as const satisfies readonly ReportQuery['format'][];

const WRITERS = { html: complianceHtml, json: complianceJson, csv: complianceCsv } as const;
const TYPES: Readonly<Record<(typeof FORMATS)[number], string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** Sends a report as a file, as its parts come. Nothing is sent before its first part is there. */
export async function sendReport(
  response: PlatformResponse,
  items: AsyncGenerator<ComplianceItem>,
  format: (typeof FORMATS)[number],
): Promise<void> {
  const first = await items.next();
  const all = (async function* () {
    if (!first.done) yield first.value;
    yield* items;
  })();
  await sendFile(response, WRITERS[format](all), { name: `changes.${format}`, type: TYPES[format] });
}

/** Sends the history as JSON lines, as it is read. */
export async function sendHistory(
  response: PlatformResponse,
  entries: AsyncGenerator<AuditEntry>,
): Promise<void> {
  const first = await entries.next();
  const lines = (async function* () {
    if (!first.done) yield `${JSON.stringify(first.value)}\n`;
    for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
  })();
  await sendFile(response, lines, { name: 'history.jsonl', type: 'application/jsonl; charset=utf-8' });
}

/** A failure in the middle breaks the connection off, so that no half of a file is taken for the whole. */
async function sendFile(
  response: PlatformResponse,
  parts: AsyncIterable<string>,
  { name, type }: { readonly name: string; readonly type: string },
): Promise<void> {
  const raw = takeOver(response);
  const headers = { ...PRIVATE_HEADERS, 'Content-Type': type };
  raw.writeHead(200, { ...headers, 'Content-Disposition': `attachment; filename="${name}"` });
  try {
    await pipeline(Readable.from(inBlocks(parts)), raw);
  } catch {
    raw.destroy();
  }
}

async function* inBlocks(texts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let block = '';
  for await (const text of texts) {
    block += text;
    if (block.length < BLOCK) continue;
    yield Buffer.from(block);
    block = '';
  }
  yield Buffer.from(block);
}
