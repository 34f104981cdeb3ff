import { ENTRY_FIELDS } from '@nestjs-flamingock/core/adapter';
import type { Column } from '../sql/table.js';

const TYPES = { text: 'text', integer: 'integer', flag: 'integer', texts: 'text' } as const;

/** The columns of the table of entries, one for each field, in order. */
export const ENTRY_COLUMNS: Readonly<Record<string, Column>> = Object.fromEntries(
  ENTRY_FIELDS.map(({ name, kind, optional }) => [
    columnOf(name),
    { type: TYPES[kind], ...(optional && { nullable: true }) },
  ]),
);

/** Snake case; ORDER is a word of SQL. */
function columnOf(field: string): string {
  return field === 'order' ? 'change_order' : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
