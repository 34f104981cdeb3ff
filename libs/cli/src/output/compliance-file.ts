import { pipeline } from 'node:stream/promises';
import { complianceHtml, type ComplianceItem, type ComplianceSummary } from '@nestjs-flamingock/core';
import { COMPLIANCE_COLUMNS, complianceRow, type ComplianceRow } from '@nestjs-flamingock/core/adapter';
import { csv } from './csv.js';
import { safeJson } from './safe-text.js';
import type { OutputStream } from './terminal.js';

/** How a report is written down. */
export const REPORT_FORMATS = ['html', 'json', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * Writes a report as its parts come.
 *
 * @returns what it comes to; `undefined` where the reader of the output has closed it before.
 */
export async function writeReport(
  items: AsyncIterable<ComplianceItem>,
  format: ReportFormat,
  to: OutputStream,
): Promise<ComplianceSummary | undefined> {
  let summary: ComplianceSummary | undefined;
  async function* told(): AsyncGenerator<ComplianceItem> {
    for await (const item of items) {
      if (to.isAbandoned === true) return;
      if (item.kind === 'summary') summary = item;
      yield item;
    }
  }
  switch (format) {
    case 'html':
      await pipeline(complianceHtml(told()), to, { end: false });
      break;
    case 'json':
      await pipeline(inBlocks(jsonDocument(told())), to, { end: false });
      break;
    case 'csv':
      await pipeline(
        csvRows(told()),
        csv(to.isTTY === true, COMPLIANCE_COLUMNS, { record_delimiter: 'windows' }),
        to,
        {
          end: false,
        },
      );
  }
  return summary;
}

/** One document, one change a line. */
async function* jsonDocument(items: AsyncIterable<ComplianceItem>): AsyncGenerator<string> {
  let before = '';
  for await (const item of items) {
    switch (item.kind) {
      case 'header':
        yield `{"report": ${safeJson(item)},\n"changes": [`;
        break;
      case 'change':
        yield `${before}\n${safeJson(item)}`;
        before = ',';
        break;
      case 'summary':
        yield `\n],\n"summary": ${safeJson(item)}}\n`;
    }
  }
}

/** Characters that are written together: a stream has as much to do with a line as with a block. */
const BLOCK = 64 * 1024;

async function* inBlocks(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let block = '';
  for await (const text of texts) {
    block += text;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}

async function* csvRows(items: AsyncIterable<ComplianceItem>): AsyncGenerator<ComplianceRow> {
  for await (const item of items) if (item.kind === 'change') yield complianceRow(item);
}
