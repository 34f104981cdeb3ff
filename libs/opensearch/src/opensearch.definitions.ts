import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  tokenName,
  type AdapterHost,
  type HandleToken,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { Client } from '@opensearch-project/opensearch';
import { resolveOpenSearchOptions, type OpenSearchTargetSystemOptions } from './opensearch.options.js';
import { OpenSearchTargetSystem } from './target/opensearch.target-system.js';

/**
 * The OpenSearch of a client of the application as the target system `id`. Its transactional changes build new
 * indices unseen; at the end all their aliases move, together with a proof of it, in one step.
 * Options that cannot work end the start with an OpenSearchOptionsError.
 */
export function openSearchTargetSystem(
  id: string,
  options: OpenSearchTargetSystemOptions = {},
): TargetSystemDefinition {
  const { client, inject = Client, provide } = optionsOf(options);
  const settings = () => resolveOpenSearchOptions(optionsOf(options));
  const faults = optionFaults(`openSearchTargetSystem('${id}')`, options, OPTIONS);
  const common = { id, faults, ...(provide && { provide }) };
  if (client) {
    return {
      ...common,
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => new OpenSearchTargetSystem(id, client, settings(), { host }),
    };
  }
  const token = inject as HandleToken;
  return {
    ...common,
    inject: [inject, FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      `openSearchTargetSystem('${id}') injects ${tokenName(inject)}, which nothing provides: write ` +
      `openSearchTargetSystem('${id}', { inject: TOKEN }) with the token of the application's client, or { client }`,
    useFactory: (injected: Client, host: AdapterHost) =>
      new OpenSearchTargetSystem(id, injected, settings(), { token, host }),
  };
}

const OPTIONS: OptionNames<OpenSearchTargetSystemOptions> = {
  client: true,
  inject: true,
  controlIndex: true,
  keepOld: true,
  provide: true,
};
