import { freePort } from '../free-port.mjs';
import { end } from '../processes.mjs';
import { reachablePrograms } from '../reachable-programs.mjs';
import { ServerFolder } from '../server-folder.mjs';
import { systemUser } from '../system-user.mjs';
import { waitUntilReady } from '../wait-until-ready.mjs';

const ATTEMPTS = 3;

/**
 * Starts a server from the programs that system packages installed, on a port of its own, with its data in a
 * folder of its own in `parent`.
 *
 * @param urls of the servers that it needs
 * @throws ServerMissingError when it is not installed; otherwise an error with the end of its log
 */
export async function startFromPackages(server, parent, urls) {
  const found = server.find();
  const user = systemUser(server);
  for (let attempt = 1; ; attempt++) {
    const folder = new ServerFolder(parent, server.name, user);
    try {
      const programs = reachablePrograms(found, server, folder);
      return await start(server, { folder, programs, urls, port: await freePort() });
    } catch (error) {
      // Somebody else took the port after we had found it free.
      if (attempt < ATTEMPTS && /address already in use/i.test(error.message)) continue;
      throw error;
    }
  }
}

async function start(server, { folder, ...context }) {
  const { url, serving } = await server.start({ folder, ...context });
  const stop = () => end(serving.pid, folder.path, serving.signal);
  try {
    await waitUntilReady(server, url, { dead: () => serving.ended });
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${folder.logTail()}`, { cause: error });
  }
  return { url, source: 'packages', pid: serving.pid, stop };
}
