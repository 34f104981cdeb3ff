import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';

/** How TypeORM's options name a server, in whichever of its ways. */
interface ServerOptions {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly replication?: { readonly master?: ServerOptions };
}

/** The server of a DataSource, or the file, in words that two have in common only if they are one. No credentials. */
export function serverOf({ options, driver }: DataSource): string {
  if (typeof options.database === 'string' && options.type.includes('sqlite'))
    return resolve(options.database);
  const named = options as ServerOptions;
  const { url, host, port, socketPath } = named.replication?.master ?? named;
  if (url !== undefined && URL.canParse(url)) return new URL(url).host;
  return socketPath ?? `${host ?? 'localhost'}:${port ?? driver.options.type}`;
}
