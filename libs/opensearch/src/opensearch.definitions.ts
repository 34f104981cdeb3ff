import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  clientTargetSystem,
  optionFaults,
  optionsOf,
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
  const call = `openSearchTargetSystem('${id}')`;
  return clientTargetSystem<Client>({
    id,
    call,
    faults: optionFaults(call, options, OPTIONS),
    client,
    inject: inject as HandleToken,
    provide,
    remedy: `openSearchTargetSystem('${id}', { inject: TOKEN }) with the token of the application's client, or { client }`,
    create: (found, context) =>
      new OpenSearchTargetSystem(id, found, resolveOpenSearchOptions(optionsOf(options)), context),
  });
}

const OPTIONS: OptionNames<OpenSearchTargetSystemOptions> = {
  client: true,
  inject: true,
  controlIndex: true,
  keepOld: true,
  provide: true,
};
