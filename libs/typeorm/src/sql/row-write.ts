import { randomUUID } from 'node:crypto';
import type { Table } from './table.js';

/** One write, for the holder of `token`, of a row that tells who wrote it last. */
export interface RowWrite {
  /** Has columns `service`, `token` and `writer`. */
  readonly table: Table;
  readonly service: string;
  readonly token: number;
  /** Tells it from every other write: ten characters. */
  readonly id: string;
}

/** A new write of the service's row. */
export function rowWrite(
  table: Table,
  { service, token }: { readonly service: string; readonly token: number },
): RowWrite {
  return { table, service, token, id: randomUUID().slice(-10) };
}
