import type { ForeignHistories, ForeignHistory, ForeignSource } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import type { SqlDatabase } from '../database/database.js';
import { name, sql, type Row, type Sql } from '../sql/sql.js';
import { names } from '../sql/table.js';
import { FOREIGN_TOOLS, type ForeignTool, type ToolRow } from './foreign-tools.js';

/** Where a table is, as far as it was found. */
interface Place {
  readonly schema: string;
  readonly table: string;
  /** In words. */
  readonly words: string;
}

/** Reads the tables of other tools, outside every transaction of a change. */
export class SqlForeignHistories implements ForeignHistories {
  readonly tools = Object.keys(FOREIGN_TOOLS);

  constructor(
    private readonly dataSource: DataSource,
    private readonly database: SqlDatabase,
  ) {}

  async read({ tool: named, table, schema }: ForeignSource): Promise<ForeignHistory> {
    const tool = FOREIGN_TOOLS[named];
    if (!tool) return nothing(named, `There is no table of ${named} that could be read here.`);
    const { dialect } = this.database;
    if (schema !== undefined && !dialect.hasSchemas)
      return nothing(named, `This database has no schemas: leave out ${JSON.stringify(schema)}.`);
    const place = await this.find(table ?? tool.table(this.dataSource), schema);
    if (!place)
      return nothing(named, 'No schema is set in which its table could be: name it, --schema NAME.');
    const missing = await this.missingColumns(place, tool);
    if (missing.length === tool.columns.length)
      return nothing(place.words, 'It is not there. Name the table with --table, where it has another name.');
    if (missing.length > 0)
      return nothing(
        place.words,
        `It has no column ${missing.join(', ')}, so that it is not one of ${named}.`,
      );
    return this.readFrom(place, tool);
  }

  /** The lock is read first: what the tool records after that is not there, or there as a whole. */
  private async readFrom(place: Place, tool: ForeignTool): Promise<ForeignHistory> {
    const locked = await this.lockFaults(place, tool);
    const rows = await this.select(
      sql`SELECT ${names(tool.columns)} FROM ${name(place.schema, place.table)} ORDER BY ${name(tool.order)}`,
    );
    const { migrations, faults } = tool.read(rows.map(asTexts));
    return { place: place.words, migrations, faults: [...locked, ...faults] };
  }

  private async lockFaults({ schema, table }: Place, { lock }: ForeignTool): Promise<string[]> {
    if (!lock) return [];
    const held = name(schema, `${table}${lock.suffix}`);
    if (!(await this.has(schema, `${table}${lock.suffix}`))) return [];
    const rows = await this.select(
      sql`SELECT ${name(lock.column)} FROM ${held} WHERE ${name(lock.column)} = ${1}`,
    );
    if (rows.length === 0) return [];
    return [
      `Its lock is held: the tool is at work, or was cut off. Wait for it, or release the lock: ${lock.release}.`,
    ];
  }

  private async find(table: string, schema: string | undefined): Promise<Place | undefined> {
    const { dialect, searchPath } = this.database;
    const found = schema ?? dialect.placeOf(this.dataSource) ?? (await searchPath?.placeOf(table));
    if (found === undefined) return undefined;
    const words = `table "${table}" of ${dialect.inWords(this.dataSource, found)}`;
    return { schema: found, table, words };
  }

  private async missingColumns({ schema, table }: Place, { columns }: ForeignTool): Promise<string[]> {
    const rows = await this.select(this.database.dialect.existingColumns([table], schema));
    const there = new Set(rows.map(({ col }) => String(col)));
    return columns.filter((column) => !there.has(column));
  }

  private async has(schema: string, table: string): Promise<boolean> {
    return (await this.select(this.database.dialect.existingColumns([table], schema))).length > 0;
  }

  private async select(query: Sql): Promise<readonly Row[]> {
    return (await this.database.execute(query)).rows;
  }
}

function nothing(place: string, fault: string): ForeignHistory {
  return { place, migrations: [], faults: [fault] };
}

function asTexts(row: Row): ToolRow {
  const texts = Object.entries(row).map(([column, value]): [string, string | null] => [
    column,
    textOf(value),
  ]);
  return Object.fromEntries(texts);
}

/** Servers send texts; SQLite sends numbers, too. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
