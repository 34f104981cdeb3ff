import { FOLDER_VARIABLE, askServer, type ServerAnswer, type ServerName } from './ask-keeper.mjs';

/** What is known about a server, which is started if nobody asked for it before. */
export async function serverAnswer(name: ServerName): Promise<ServerAnswer> {
  const folder = process.env[FOLDER_VARIABLE];
  if (folder === undefined) throw new Error(`${FOLDER_VARIABLE} is not set: run the tests by "npm test"`);
  return askServer(folder, name);
}

/**
 * URL of a running server, shared by all suites of the run: make a database of your own on it.
 *
 * @throws when there is no such server, or it does not start; a suite that may do without uses `describeOn`
 */
export async function serverUrl(name: ServerName): Promise<string> {
  const answer = await serverAnswer(name);
  if (answer.state === 'running') return answer.url;
  throw new Error(answer.message);
}
