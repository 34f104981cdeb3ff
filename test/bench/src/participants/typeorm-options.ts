import type { DataSourceOptions } from 'typeorm';
import type { Database } from '../participant.js';

/** How TypeORM reaches the database, the same for TypeORM itself and for us. */
export function typeOrmOptions({ kind, url }: Database): DataSourceOptions {
  switch (kind) {
    case 'postgres':
      return { type: 'postgres', url };
    case 'mariadb':
      return { type: 'mariadb', url };
    case 'sqlite':
      return { type: 'better-sqlite3', database: url };
    case 'mongodb':
      throw new Error('not by TypeORM');
  }
}
