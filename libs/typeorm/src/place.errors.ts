import { FlamingockError } from '@nestjs-flamingock/core';

/** Nothing names a schema or database for the tables: a statement would be sent to wherever a connection happens to be. */
export class NoPlaceError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_PLACE';

  constructor(readonly driver: string) {
    super(
      `Nothing tells where the tables are to be: the DataSource (${driver}) names no database, or its search_path ` +
        `no schema that exists. Set "database" of the DataSource or, on PostgreSQL, "schema" of typeOrmAuditStore() ` +
        `and typeOrmTargetSystem().`,
    );
  }
}

/** Nothing of the service is where its tables are looked for, but in another schema of the database it has begun. */
export class HistoryElsewhereError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HISTORY_ELSEWHERE';
  /** Schema in which it was looked for. */
  readonly here: string;
  /** Schema in which it is. */
  readonly elsewhere: string;

  constructor(
    readonly service: string,
    what: { readonly kept: string; readonly option: (settings: string) => string },
    where: string,
    { here, elsewhere }: { readonly here: string; readonly elsewhere: string },
  ) {
    super(
      `There is no ${what.kept} of service "${service}" in ${where}, but there is in schema "${elsewhere}" of it. ` +
        `Go on with that one: ${what.option(`{ schema: '${elsewhere}' }`)}. Or begin a new one on purpose: ` +
        `${what.option(`{ schema: '${here}' }`)}. Nothing was changed.`,
    );
    this.here = here;
    this.elsewhere = elsewhere;
  }
}
