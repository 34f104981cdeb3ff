// The process that owns the servers of one run: node keeper.mjs FOLDER [stay]
// It outlives whoever started it just long enough to stop them, however that one ended; with "stay", until told.
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import { addressOf } from './keeper-address.mjs';
import { KEEPER_FILE, removeLeftovers } from './leftovers.mjs';
import { Services } from './services.mjs';

const [folder, stay] = process.argv.slice(2);
writeFileSync(join(folder, KEEPER_FILE), String(process.pid));
const services = new Services(folder);

const answer = {
  'POST /ask': async ({ name, given }) => services.ask(name, given),
  'POST /answers': async () => services.answers(),
  'POST /stop': async () => stop(),
};

const endpoint = createServer((request, response) => {
  const reply = (status, body) => response.writeHead(status).end(JSON.stringify(body ?? null));
  const respond = async () =>
    reply(200, await answer[`${request.method} ${request.url}`](await json(request)));
  respond().catch((error) => reply(500, { message: error.message }));
});

let stopped;
/** Resolves once no server runs and the folder is gone. */
function stop() {
  stopped ??= services.stop().finally(() => {
    rmSync(folder, { recursive: true, force: true });
    endpoint.close(() => process.exit());
    endpoint.closeIdleConnections();
  });
  return stopped;
}

const end = () => void stop().finally(() => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
if (stay !== 'stay') process.once('disconnect', end);
endpoint.listen(addressOf(folder), () => process.send?.('ready'));
// Those of others do not make anybody wait.
removeLeftovers().catch((error) => console.error(error));
