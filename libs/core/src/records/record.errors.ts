import { FlamingockError } from '../errors/flamingock.error.js';
import { MAX_RECORD_NAME, MAX_RECORD_VALUE, type NewRecord, type RecordKey } from './record-store.js';

/** A record is larger than every store keeps. Nothing was written. */
export class RecordTooLargeError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_RECORD_TOO_LARGE';

  constructor(
    readonly service: string,
    /** What is too long: `kind`, `key` or `value`. */
    readonly field: string,
    length: number,
    most: number,
  ) {
    super(
      `A record of service "${service}" was not written: its ${field} has ${length} characters, and stores keep ${most}. ` +
        'Shorten it, or divide it among several records.',
    );
  }
}

/** @throws RecordTooLargeError */
export function assertFits(record: RecordKey & Partial<NewRecord>): void {
  const { service, kind, key, value = '' } = record;
  const fields: [string, string, number][] = [
    ['kind', kind, MAX_RECORD_NAME],
    ['key', key, MAX_RECORD_NAME],
    ['value', value, MAX_RECORD_VALUE],
  ];
  for (const [field, text, most] of fields)
    if (text.length > most) throw new RecordTooLargeError(service, field, text.length, most);
}
