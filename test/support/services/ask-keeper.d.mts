/** Servers that a test can ask for: the names in servers.mjs. */
export type ServerName =
  | 'postgres'
  | 'postgres18'
  | 'pgbouncer'
  | 'mariadb'
  | 'mariadb11'
  | 'mysql'
  | 'mongodb'
  | 'mongodbstandalone'
  | 'redis'
  | 'rediscluster'
  | 'valkey'
  | 'kafka'
  | 'seaweedfs'
  | 'opensearch';

/**
 * What the keeper knows about a server. `missing`: the machine has none; `failed`: it has, and it is broken.
 * `optional`: a run may do without it, even with CI set.
 */
export type ServerAnswer =
  | { readonly state: 'running'; readonly url: string; readonly source: string; readonly pid?: number }
  | { readonly state: 'missing' | 'failed'; readonly message: string; readonly optional: boolean };

export const FOLDER_VARIABLE: string;
export function askServer(folder: string, name: ServerName): Promise<ServerAnswer>;
