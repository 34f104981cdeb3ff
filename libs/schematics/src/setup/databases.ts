/** A database module of Nest, and what of Flamingock goes with it. */
export interface DatabaseKind {
  readonly name: 'typeorm' | 'mongoose';
  /** Nest's module, and the package that has it. */
  readonly nestModule: string;
  readonly nestPackage: string;
  readonly library: string;
  readonly adapter: string;
  readonly auditStore: string;
  readonly targetSystem: string;
  /** The option that names a connection other than the default one, in Nest's module and in the adapter. */
  readonly nestName: string;
  readonly adapterName: string;
}

/** Databases that can hold the history. */
export const DATABASES: readonly DatabaseKind[] = [
  {
    name: 'typeorm',
    nestModule: 'TypeOrmModule',
    nestPackage: '@nestjs/typeorm',
    library: 'typeorm',
    adapter: '@nestjs-flamingock/typeorm',
    auditStore: 'typeOrmAuditStore',
    targetSystem: 'typeOrmTargetSystem',
    nestName: 'name',
    adapterName: 'dataSource',
  },
  {
    name: 'mongoose',
    nestModule: 'MongooseModule',
    nestPackage: '@nestjs/mongoose',
    library: 'mongoose',
    adapter: '@nestjs-flamingock/mongoose',
    auditStore: 'mongooseAuditStore',
    targetSystem: 'mongooseTargetSystem',
    nestName: 'connectionName',
    adapterName: 'connection',
  },
];

/** Packages of the drivers that TypeORM loads by the `type` of a DataSource, and names in no dependency. */
export const DRIVERS: Readonly<Record<string, string>> = {
  'better-sqlite3': 'better-sqlite3',
  mariadb: 'mysql2',
  mysql: 'mysql2',
  postgres: 'pg',
};
