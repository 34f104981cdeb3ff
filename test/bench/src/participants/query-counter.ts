import type { Logger } from 'typeorm';

/** Counts what TypeORM, and we through it, send to the server. */
export class QueryCounter implements Logger {
  queries = 0;

  logQuery(): void {
    this.queries += 1;
  }

  logQueryError(): void {
    // Counted already.
  }

  logQuerySlow(): void {
    // Counted already.
  }

  logSchemaBuild(): void {
    // Not asked for.
  }

  logMigration(): void {
    // Not asked for.
  }

  log(): void {
    // Not asked for.
  }
}
