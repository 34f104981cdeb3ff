import type { Connection } from 'mongoose';
import type { DataSource } from 'typeorm';
import type { Stored } from './stored-history.js';

/** The records beside a history, among them decisions and alerts, as whoever may write the database sees them. */
export interface RecordsAccess {
  /** How the column or field of the key is called. */
  readonly key: string;
  read(): Promise<readonly Stored[]>;
  /** Puts exactly these there. */
  write(rows: readonly Stored[]): Promise<void>;
}

/** The table of records. */
export function recordsIn(connection: DataSource): RecordsAccess {
  return {
    key: 'record_key',
    read: () =>
      connection.query<Stored[]>('SELECT * FROM flamingock_records ORDER BY service, kind, record_key'),
    write: (rows) =>
      connection.transaction(async (manager) => {
        await manager.query('DELETE FROM flamingock_records');
        for (const row of rows) {
          const columns = Object.keys(row);
          const places = columns.map((_, at) =>
            connection.options.type === 'postgres' ? `$${at + 1}` : '?',
          );
          await manager.query(
            `INSERT INTO flamingock_records (${columns.join()}) VALUES (${places.join()})`,
            Object.values(row),
          );
        }
      }),
  };
}

/** The collection of records. */
export function recordsOfCollection(connection: Connection): RecordsAccess {
  const records = () => connection.collection('flamingock_records');
  return {
    key: 'key',
    read: async () => {
      const found = await records().find().sort({ service: 1, kind: 1, key: 1 }).toArray();
      return found.map(({ _id, ...row }) => row);
    },
    write: async (rows) => {
      await records().deleteMany({});
      if (rows.length > 0) await records().insertMany(rows.map((row) => ({ ...row })));
    },
  };
}
