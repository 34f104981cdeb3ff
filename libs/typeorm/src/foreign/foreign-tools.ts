import type { ForeignMigration } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';

/** A row of another tool's table; every value a text, or null. */
export type ToolRow = Readonly<Record<string, string | null>>;

/** What the rows of such a table say. */
export interface ToolHistory {
  readonly migrations: readonly ForeignMigration[];
  readonly faults: readonly string[];
}

/** The table in which another tool keeps its history. */
export interface ForeignTool {
  /** Its name, unless the operator says another. */
  readonly table: (dataSource: DataSource) => string;
  /** The columns that are read; without one of them it is another table. */
  readonly columns: readonly string[];
  /** The one by which its rows are in the order in which the migrations were applied. */
  readonly order: string;
  /** Named after its table: a row says that the tool is at work, or was cut off. */
  readonly lock?: { readonly suffix: string; readonly column: string; readonly release: string };
  /** Reads the rows, in order. */
  readonly read: (rows: readonly ToolRow[]) => ToolHistory;
}

/** A tool whose table has a row for each applied migration, and none for any other. */
function plain(name: string, appliedAt?: string): ForeignTool['read'] {
  return (rows) => ({
    migrations: rows.map((row) => ({ name: row[name] ?? '', ...told('appliedAt', appliedAt, row) })),
    faults: nameless(rows, name),
  });
}

/** Every tool by the name that the operator types. */
export const FOREIGN_TOOLS: Readonly<Record<string, ForeignTool>> = {
  typeorm: {
    table: ({ options }) => options.migrationsTableName ?? 'migrations',
    columns: ['id', 'timestamp', 'name'],
    order: 'id',
    read: plain('name'),
  },
  umzug: {
    table: () => 'SequelizeMeta',
    columns: ['name'],
    order: 'name',
    read: plain('name'),
  },
  knex: {
    table: () => 'knex_migrations',
    columns: ['id', 'name', 'migration_time'],
    order: 'id',
    lock: { suffix: '_lock', column: 'is_locked', release: 'knex migrate:unlock' },
    read: plain('name', 'migration_time'),
  },
  prisma: {
    table: () => '_prisma_migrations',
    columns: ['migration_name', 'checksum', 'started_at', 'finished_at', 'rolled_back_at'],
    order: 'started_at',
    read: readPrisma,
  },
  'mikro-orm': {
    table: () => 'mikro_orm_migrations',
    columns: ['id', 'name', 'executed_at'],
    order: 'id',
    read: plain('name', 'executed_at'),
  },
  flyway: {
    table: () => 'flyway_schema_history',
    columns: ['installed_rank', 'version', 'type', 'script', 'checksum', 'installed_on', 'success'],
    order: 'installed_rank',
    read: readFlyway,
  },
};

/** Prisma adds a row for each attempt. One that was resolved as rolled back has left nothing. */
function readPrisma(rows: readonly ToolRow[]): ToolHistory {
  const finished = rows.filter((row) => row['finished_at'] != null && row['rolled_back_at'] == null);
  const names = new Set(finished.map((row) => row['migration_name']));
  const faults = rows.flatMap(({ migration_name: name, finished_at: end, rolled_back_at: back }) => {
    if (back != null)
      return names.has(name)
        ? []
        : [`"${name}" was rolled back and not applied again. Deploy it with prisma, or delete its row.`];
    if (end != null) return [];
    return [`"${name}" has failed, or is running. Resolve it with prisma migrate resolve.`];
  });
  return {
    migrations: finished.map((row) => ({
      name: row['migration_name'] ?? '',
      ...told('appliedAt', 'finished_at', row),
      ...told('checksum', 'checksum', row),
    })),
    faults: [...nameless(rows, 'migration_name'), ...faults],
  };
}

/** Rows that say that migrations are there. A baseline is one: all up to it were there before Flyway. */
const FLYWAY_APPLIED = /^(BASELINE|(SQL|JDBC|SCRIPT|SPRING_JDBC|CUSTOM)(_BASELINE)?)$/;
/** Rows that say that an earlier one does not hold any more. */
const FLYWAY_TAKEN_BACK = /^(UNDO_\w+|DELETE)$/;
/** The row that says that Flyway has created the schema. */
const FLYWAY_SCHEMA = 'SCHEMA';

type FlywayMigration = ForeignMigration & { readonly version: string | null };

/** A repeatable migration has a row for each time: the last one counts, in the place of the first. */
function readFlyway(rows: readonly ToolRow[]): ToolHistory {
  const applied = new Map<string, FlywayMigration>();
  const faults = nameless(rows, 'script');
  for (const row of rows) {
    const { type = null } = row;
    const name = row['script'] ?? '';
    const version = row['version'] ?? null;
    const what = `"${name}" (rank ${row['installed_rank'] ?? '?'})`;
    if (!isTrue(row['success']))
      faults.push(`${what} has failed. Correct its cause, then flyway repair, and migrate again.`);
    else if (FLYWAY_TAKEN_BACK.test(type ?? '')) {
      for (const [one, migration] of applied)
        if (one === name || (version !== null && migration.version === version)) applied.delete(one);
    } else if (FLYWAY_APPLIED.test(type ?? '')) {
      const facts = { ...told('appliedAt', 'installed_on', row), ...told('checksum', 'checksum', row) };
      applied.set(name, { name, version, ...facts });
    } else if (type !== FLYWAY_SCHEMA)
      faults.push(`${what} is of type ${type ?? 'NULL'}, which this version does not know.`);
  }
  return { migrations: [...applied.values()].map(({ version: _, ...migration }) => migration), faults };
}

function told(fact: 'appliedAt' | 'checksum', column: string | undefined, row: ToolRow) {
  const value = column === undefined ? null : row[column];
  return value == null ? {} : { [fact]: value };
}

function nameless(rows: readonly ToolRow[], column: string): string[] {
  const count = rows.filter((row) => (row[column] ?? '').trim() === '').length;
  if (count === 0) return [];
  return [
    `${count === 1 ? 'A row has' : `${count} rows have`} no ${column}, so that only part of it can be read.`,
  ];
}

/** As the databases write it as a text. */
function isTrue(value: string | null | undefined): boolean {
  return value === '1' || value === 't' || value === 'true';
}
