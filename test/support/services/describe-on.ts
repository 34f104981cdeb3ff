import { type ServerName } from './ask-keeper.mjs';
import { serverAnswer } from './server-url.js';

/**
 * A `describe` that needs servers. Await it at the top level of the file.
 *
 * Where a server is missing, the suite is skipped and says why; with CI set it fails. A server that is there
 * but does not start fails it everywhere. One that a run may do without does neither.
 *
 * @example
 * await describeOn(['postgres'], 'TypeOrmAuditStore on PostgreSQL', ({ postgres }) => { … });
 */
export async function describeOn<Name extends ServerName>(
  names: readonly Name[],
  title: string,
  suite: (urls: Readonly<Record<Name, string>>) => void,
): Promise<void> {
  const answers = await Promise.all(names.map(async (name) => ({ name, answer: await serverAnswer(name) })));
  const urls = {} as Record<Name, string>;
  const lacking: (string | undefined)[] = [];
  for (const { name, answer } of answers) {
    if (answer.state === 'running') urls[name] = answer.url;
    else if (!answer.optional && (answer.state === 'failed' || isCi())) throw new Error(answer.message);
    else lacking.push(firstLine(answer.message));
  }
  if (lacking.length === 0) describe(title, () => suite(urls));
  else describe(title, () => it.skip(`not run: ${lacking.join('; ')}`, () => undefined));
}

/** The rest, a log, is told at the end of the run. */
const firstLine = (message: string): string | undefined => message.split('\n')[0];

function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '');
}
