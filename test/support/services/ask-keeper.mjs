import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { addressOf } from './keeper-address.mjs';
import { givenUrls } from './servers.mjs';

/** Names the keeper's folder in a test run. Not FLAMINGOCK_…: the library refuses those that it does not know. */
export const FOLDER_VARIABLE = 'SERVICES_FOLDER';

/** What the keeper of `folder` answers for a server, started if need be. See `Services.ask`. */
export function askServer(folder, name) {
  return askKeeper(folder, 'ask', { name, given: givenUrls() });
}

/** One request to the keeper of `folder`. @throws when it does not answer */
export async function askKeeper(folder, what, body = {}) {
  const response = await new Promise((resolve, reject) => {
    const sent = request({ socketPath: addressOf(folder), path: `/${what}`, method: 'POST', agent: false });
    sent.once('error', reject);
    sent.once('response', resolve);
    sent.end(JSON.stringify(body));
  });
  const answer = await json(response);
  if (response.statusCode === 200) return answer;
  throw new Error(answer.message);
}
