import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';

/** Where our collections are, and who creates them. */
export interface MongooseCollectionOptions {
  /**
   * Begin of the names of our collections.
   *
   * @default 'flamingock_'
   */
  readonly collectionPrefix?: string;
  /**
   * Whether missing collections and indexes are created. With `false` none ever is, and
   * what is missing is an error that contains the commands to create it.
   *
   * @default true
   */
  readonly createCollections?: boolean;
}

/** Options of {@link mongooseAuditStore}. */
export interface MongooseAuditStoreOptions extends MongooseCollectionOptions {
  /**
   * Name of the connection, as for `@InjectConnection()`.
   *
   * @default the default connection
   */
  readonly connection?: string;
}

/** Options of {@link mongooseTargetSystem}. */
export interface MongooseTargetSystemOptions extends MongooseAuditStoreOptions {
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Collection options with their defaults. */
export interface CollectionSettings {
  readonly collectionPrefix: string;
  readonly createCollections: boolean;
}

/** Fills in the defaults. */
export function resolveCollectionOptions(options: MongooseCollectionOptions): CollectionSettings {
  return {
    collectionPrefix: options.collectionPrefix ?? 'flamingock_',
    createCollections: options.createCollections ?? true,
  };
}
