import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import { FLAMINGOCK_ADAPTER_HOST, tokenName, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import { AxiosTransport, type HttpServiceLike } from './connection/axios.transport.js';
import { fetchTransport } from './connection/http.transport.js';
import { httpOptionFaults, resolveHttpOptions, type HttpTargetSystemOptions } from './http.options.js';
import { HttpTargetSystem } from './target/http.target-system.js';

/**
 * An API by HTTP as the target system `id`. Its changes are without a transaction and ask for an {@link HttpApi}, whose
 * requests carry an idempotency key that is the same in each retry. Options that cannot work end the start.
 */
export function httpTargetSystem(id: string, options: HttpTargetSystemOptions): TargetSystemDefinition {
  const call = `httpTargetSystem('${id}')`;
  const faults = httpOptionFaults(call, options);
  const { httpService, provide } = Object(options) as HttpTargetSystemOptions;
  const settings = () => resolveHttpOptions(options);
  const common = { id, faults, ...(provide && { provide }) };
  if (httpService === undefined) {
    return {
      ...common,
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => new HttpTargetSystem(id, fetchTransport, settings(), host),
    };
  }
  return {
    ...common,
    inject: [httpService, FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      `${call} injects ${tokenName(httpService)}, which nothing provides: import HttpModule of @nestjs/axios, and let ` +
      'the module that does be global, or leave httpService out',
    useFactory: (service: HttpServiceLike, host: AdapterHost) =>
      new HttpTargetSystem(id, new AxiosTransport(service), settings(), host),
  };
}
