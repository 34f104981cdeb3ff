import type { SearchLink } from '../client/search-link.js';
import { responseOf } from '../client/diagnose.js';
import { addOwn, remove } from '../control/alias-actions.js';
import type { ControlIndex } from '../control/control-index.js';

/** What a server says of itself. */
interface ServerInfo {
  readonly version?: { readonly number?: string; readonly distribution?: string };
}

/** The oldest server on which removals with `must_exist` were seen to be kept. */
const OLDEST_MAJOR = 2;

/** Version of the server, as it says it. */
export async function versionOf(link: SearchLink): Promise<string | undefined> {
  const { body } = await link.ask<ServerInfo>({ method: 'GET', path: '/' });
  return body.version?.number;
}

/** Why a server cannot keep markers, with the remedy; undefined if nothing speaks against it so far. */
export async function objectionToProduct(link: SearchLink): Promise<string | undefined> {
  const { body } = await link.ask<ServerInfo>({ method: 'GET', path: '/' });
  const { number = '', distribution = 'Elasticsearch' } = body.version ?? {};
  if (distribution !== 'opensearch') {
    return (
      `this server is ${distribution} ${number}, on which that was never tried. Connect the client to OpenSearch 2 ` +
      'or later, or declare these changes transactional: false.'
    );
  }
  if (Number.parseInt(number, 10) >= OLDEST_MAJOR) return undefined;
  return `this server is OpenSearch ${number}. Bring it to OpenSearch 2 or later, or declare these changes transactional: false.`;
}

/**
 * The same, tried out: a server on which a removal with `must_exist` does not fail where the alias is not there, but is
 * left out in silence, would let a stale holder through. The call changes nothing, whichever way it ends.
 */
export async function objectionToAliases(control: ControlIndex): Promise<string | undefined> {
  const state = await control.state('');
  const { index } = control.names;
  const known = state?.registry;
  if (known === undefined || known === '') return undefined;
  try {
    await control.send([remove(index, control.names.registry(control.nonce())), addOwn(index, known)]);
  } catch (error) {
    if (responseOf(error as object).status === 404) return undefined;
    throw error;
  }
  return (
    'this server leaves out the removal of an alias that is not there, in spite of must_exist, so that a fence would ' +
    'shut nobody out. Bring it to a later OpenSearch 2 or 3, or declare these changes transactional: false.'
  );
}
