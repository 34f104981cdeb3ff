import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import type { Client } from '@opensearch-project/opensearch';
import { OpenSearchOptionsError } from './opensearch.errors.js';

/** A token of Nest's container. */
type Token = NonNullable<TargetSystemDefinition['inject']>[number];

/** Options of {@link openSearchTargetSystem}. */
export interface OpenSearchTargetSystemOptions {
  /** The application's client, where it is no provider. */
  readonly client?: Client;
  /**
   * Token of the application's client.
   *
   * @default the class `Client` of `@opensearch-project/opensearch`
   */
  readonly inject?: Token;
  /**
   * Name of the index, without documents, that has fences and markers as its aliases; all aliases of this library
   * begin with it.
   *
   * @default '.flamingock'
   */
  readonly controlIndex?: string;
  /**
   * How many indices that were replaced are kept for each alias, to be brought back by `SearchIndices.restore`. Older
   * ones are removed with the next change that replaces one. 0 keeps none.
   *
   * @default all of them
   */
  readonly keepOld?: number;
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options with their defaults. */
export interface OpenSearchSettings {
  readonly controlIndex: string;
  readonly keepOld: number;
}

/** Names of indices are in lower case; the rest of the 255 bytes is for what the names of aliases have behind it. */
const INDEX_NAME = /^[a-z0-9.][a-z0-9._-]{0,99}$/;

/**
 * Fills in the defaults.
 *
 * @throws OpenSearchOptionsError for values that cannot work.
 */
export function resolveOpenSearchOptions({
  controlIndex = '.flamingock',
  keepOld = Infinity,
}: OpenSearchTargetSystemOptions): OpenSearchSettings {
  if (typeof controlIndex !== 'string' || !INDEX_NAME.test(controlIndex) || /^\.+$/.test(controlIndex)) {
    const expected = 'the name of an index: at most 100 of a-z, 0-9, ".", "_" and "-"';
    throw new OpenSearchOptionsError('controlIndex', controlIndex, expected);
  }
  if (keepOld !== Infinity && !(Number.isInteger(keepOld) && keepOld >= 0)) {
    throw new OpenSearchOptionsError('keepOld', keepOld, 'a whole number from 0');
  }
  return { controlIndex, keepOld };
}
