import type { DataSource } from 'typeorm';
import type { Connection } from 'mongoose';

/** A row, or a document, as the database has it. */
export type Stored = Readonly<Record<string, unknown>>;

/** All that the database has of a history. */
export interface StoredHistory {
  readonly entries: readonly Stored[];
  readonly head: Stored | undefined;
}

/** A history as whoever may write the database sees it. */
export interface HistoryAccess {
  /** How an entry's columns or fields are called. */
  readonly names: { readonly changeId: string; readonly prevHash: string };
  read(): Promise<StoredHistory>;
  /** Puts exactly this there. */
  write(history: StoredHistory): Promise<void>;
}

/** The tables of a history. */
export function historyIn(connection: DataSource): HistoryAccess {
  const all = (table: string, order: string) =>
    connection.query<Stored[]>(`SELECT * FROM flamingock_${table} ORDER BY ${order}`);
  return {
    names: { changeId: 'change_id', prevHash: 'prev_hash' },
    async read() {
      const [head] = await all('audit_heads', 'service');
      return { entries: await all('audit_entries', 'seq'), head };
    },
    write: ({ entries, head }) =>
      connection.transaction(async (manager) => {
        const put = async (table: string, rows: readonly Stored[]) => {
          await manager.query(`DELETE FROM flamingock_${table}`);
          if (rows.length === 0) return;
          const columns = Object.keys(rows[0] ?? {});
          const values = rows.flatMap((row) => columns.map((column) => row[column]));
          const tuples = rows.map(
            (_, row) => `(${columns.map((_, at) => placeholder(row * columns.length + at)).join()})`,
          );
          await manager.query(
            `INSERT INTO flamingock_${table} (${columns.join()}) VALUES ${tuples.join()}`,
            values,
          );
        };
        await put('audit_entries', entries);
        await put('audit_heads', head ? [head] : []);
      }),
  };

  function placeholder(index: number): string {
    return connection.options.type === 'postgres' ? `$${index + 1}` : '?';
  }
}

/** The collections of a history. Writes what is not there yet, and removes what is to be there no more. */
export function historyOfCollections(connection: Connection): HistoryAccess {
  const entriesOf = () => connection.collection('flamingock_audit_entries');
  const headsOf = () => connection.collection<{ _id: string }>('flamingock_audit_heads');
  const there = new Map<Stored, unknown>();
  let above: Stored | undefined;
  return {
    names: { changeId: 'changeId', prevHash: 'prevHash' },
    async read() {
      const documents = await entriesOf().find().sort({ seq: 1 }).toArray();
      const entries = documents.map(({ _id, ...entry }) => {
        there.set(entry, _id);
        return entry;
      });
      above = (await headsOf().findOne()) ?? undefined;
      return { entries, head: above };
    },
    async write({ entries, head }) {
      const gone = [...there.keys()].filter((entry) => !entries.includes(entry));
      const added = entries.filter((entry) => !there.has(entry));
      if (gone.length > 0)
        await entriesOf().deleteMany({ _id: { $in: gone.map((entry) => there.get(entry)) } } as object);
      for (const entry of gone) there.delete(entry);
      const documents = added.map(present);
      if (added.length > 0) await entriesOf().insertMany(documents as object[]);
      added.forEach((entry, index) => there.set(entry, documents[index]?._id));
      if (head === above) return;
      await headsOf().deleteMany({});
      if (head) await headsOf().insertOne(present(head) as { _id: string });
      above = head;
    },
  };
}

/** The document without what is `undefined`: the driver would write null for it. */
export function present(stored: Stored): { _id?: unknown } {
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined));
}
