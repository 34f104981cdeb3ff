import type { DataSource } from 'typeorm';
import { contextOf } from '../change/data-source-context.js';
import type { SqlDatabase } from '../database/database.js';
import { HistoryElsewhereError, NoPlaceError } from '../place.errors.js';
import type { TableSettings } from '../typeorm.options.js';
import { tableLocation } from './table-location.js';
import type { Table } from '../sql/table.js';
import type { TablePlace } from './tables.js';

/** Tables of ours that are always addressed by their place, which is found out once. */
export interface TableGroup<T> {
  /** Their definitions in a place. */
  readonly define: (place: TablePlace) => T;
  /** The one that has a row for each service that has begun anything here. */
  readonly leading: (tables: T) => Table;
  /** What a service keeps in them, and how our options about them are written. */
  readonly what: { readonly kept: string; readonly option: (settings: string) => string };
}

/**
 * The tables of one store. Where they are is a matter of the options or, on PostgreSQL, of the
 * search path with which the server begins a session; never of the connection of the moment.
 */
export class LocatedTables<T> {
  private readonly database: SqlDatabase;
  private readonly named: TablePlace;
  private readonly leadingName: string;
  private found: Promise<T> | undefined;

  /** @throws TablePrefixError, SchemaUnsupportedError */
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: TableSettings,
    private readonly group: TableGroup<T>,
  ) {
    this.database = contextOf(dataSource).database;
    this.named = tableLocation(dataSource, this.database.dialect, settings);
    this.leadingName = group.leading(group.define(this.named)).name;
  }

  /** @throws NoPlaceError where neither options nor search path name a place that exists. */
  get(): Promise<T> {
    this.found ??= this.find().catch((error: unknown) => {
      this.found = undefined;
      throw error;
    });
    return this.found;
  }

  /** Where the leading table is, or would be, in words. */
  async inWords(): Promise<string> {
    return `table "${this.leadingName}" of ${this.wordsFor(await this.place())}`;
  }

  /**
   * Called where nothing of a service is found. An application that names the schema in our own options wants it
   * there; any other may have been led away from the history that the service has begun.
   *
   * @throws HistoryElsewhereError where it has begun in another schema of this database.
   */
  async mustNotBeElsewhere(service: string): Promise<void> {
    const { searchPath } = this.database;
    if (this.settings.schema !== undefined || !searchPath) return;
    const here = await this.place();
    const places = await searchPath.placesOf(this.leadingName, service);
    const elsewhere = places.find((place) => place !== here);
    // It may have begun here in the meantime.
    if (elsewhere === undefined || places.includes(here)) return;
    throw new HistoryElsewhereError(service, this.group.what, this.wordsFor(here), { here, elsewhere });
  }

  private async find(): Promise<T> {
    const schema = this.named.schema ?? (await this.database.searchPath?.placeOf(this.leadingName));
    if (schema === undefined) throw new NoPlaceError(this.dataSource.options.type);
    return this.group.define({ ...this.named, schema });
  }

  private async place(): Promise<string> {
    return this.group.leading(await this.get()).schema ?? '';
  }

  private wordsFor(place: string): string {
    return this.database.dialect.inWords(this.dataSource, place);
  }
}
