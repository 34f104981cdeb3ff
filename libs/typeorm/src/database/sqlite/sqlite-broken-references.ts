import { messageOf } from '../driver-error.js';
import { prepared, settingRows, type SqliteHandle } from './sqlite-handle.js';
import { sqliteDialect } from './sqlite.dialect.js';

/** A row that refers to one which is not there, or a table whose foreign keys cannot hold at all. */
export interface BrokenReference {
  readonly schema: string;
  readonly table: string;
  /** Tables without row ids have none. */
  readonly rowid: bigint | null;
  readonly parent: string | null;
  /** Which of the table's foreign keys. */
  readonly fkid: bigint | null;
  /** Why it cannot hold, in SQLite's words. */
  readonly why?: string;
}

type Violation = Pick<BrokenReference, 'table' | 'rowid' | 'parent' | 'fkid'>;

/** Looks for broken references in all databases of a connection. */
export class SqliteReferences {
  constructor(private readonly handle: SqliteHandle) {}

  /** All that are broken now. */
  broken(): BrokenReference[] {
    return settingRows(this.handle, 'database_list').flatMap(({ name }) => {
      const schema = String(name);
      try {
        return this.check(schema);
      } catch {
        // One table that cannot be checked keeps SQLite from looking at the others.
        return this.checkEach(schema);
      }
    });
  }

  /** The constraint that a reference breaks. */
  constraintOf({ schema, table, fkid, parent, why }: BrokenReference): string {
    if (why !== undefined) return why;
    const columns = this.handle
      .prepare('SELECT "from" FROM pragma_foreign_key_list(?, ?) WHERE id = ? ORDER BY seq')
      .all(table, schema, Number(fkid))
      .map((row) => quote(String(row['from'])));
    return `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${quote(String(parent))}`;
  }

  private checkEach(schema: string): BrokenReference[] {
    const tables = this.handle
      .prepare(`SELECT name FROM pragma_table_list WHERE schema = ? AND type = 'table'`)
      .all(schema)
      .map((row) => String(row['name']));
    return tables.flatMap((table) => {
      try {
        return this.check(schema, `(${quote(table)})`);
      } catch (error) {
        return { schema, table, rowid: null, parent: null, fkid: null, why: messageOf(error) };
      }
    });
  }

  private check(schema: string, table = ''): BrokenReference[] {
    const violations = this.all<Violation>(`PRAGMA ${quote(schema)}.foreign_key_check${table}`);
    return violations.map((violation) => ({ schema, ...violation }));
  }

  private all<T>(text: string): T[] {
    // Row ids have 64 bits.
    return prepared(this.handle, text).safeIntegers(true).all() as T[];
  }
}

/** Those of `after` that are not in `before`; a table that was built anew may have renumbered its keys. */
export function addedReferences(
  before: readonly BrokenReference[],
  after: readonly BrokenReference[],
): BrokenReference[] {
  const known = before.map(identityOf);
  return after.filter((reference) => {
    const at = known.indexOf(identityOf(reference));
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

function identityOf({ schema, table, rowid, parent, why }: BrokenReference): string {
  return [schema, table, rowid, parent, why].join('\n');
}

const quote = (name: string): string => sqliteDialect.quote(name);
