import type { AbstractHttpAdapter } from '@nestjs/core';

/** What Nest asks of an adapter, from making an application that never listens to closing it. */
type Asked = Pick<AbstractHttpAdapter, 'initHttpServer' | 'getHttpServer' | 'patch' | 'close'>;

/** Stands where an application has its HTTP server; there is none. */
export function noHttpServer(): AbstractHttpAdapter {
  const adapter: Asked = {
    initHttpServer: () => undefined,
    getHttpServer: () => undefined,
    // By this Nest knows an adapter.
    patch: () => undefined,
    close: () => Promise.resolve(),
  };
  return adapter as AbstractHttpAdapter;
}
