// npm run services -- install [NAME...] | up [NAME...] | down | status
import { askKeeper, askServer } from './ask-keeper.mjs';
import { forgetKept, keptFolder, rememberKept } from './kept-services.mjs';
import { install } from './installed.mjs';
import { removeLeftovers } from './leftovers.mjs';
import { serverNamed, servers } from './servers.mjs';
import { startKeeper } from './start-keeper.mjs';

const USAGE = `Usage: npm run services -- install [NAME...]  get servers that no system package brings
       npm run services -- up [NAME...]   start servers and keep them running (${names().join(', ')})
       npm run services -- down           stop them, and remove what killed runs left
       npm run services -- status         say what runs`;

const commands = { install: installServers, up, down, status };

/** Gets what no system package brings, of the servers that are wanted. */
async function installServers(wanted) {
  const chosen = servers.filter(
    ({ name, install }) => install && (wanted.length === 0 || wanted.includes(name)),
  );
  await Promise.all(chosen.map(installServer));
}

async function installServer(server) {
  try {
    console.log(`${server.title} ${(await install(server)) ? 'is installed' : 'was installed before'}.`);
  } catch (error) {
    console.error(`${server.title} is not installed: ${error.message}`);
    if (!server.optional) process.exitCode = 1;
  }
}

/** Starts what does not run yet, and prints the URLs. */
async function up(wanted) {
  const chosen = (wanted.length > 0 ? wanted : names()).map(serverNamed);
  const folder = (await keptFolder()) ?? (await startKeeper({ stay: true }));
  rememberKept(folder);
  const answers = await Promise.all(chosen.map(({ name }) => askServer(folder, name)));
  chosen.forEach((server, i) => print(server, answers[i]));
  const mayLack = ({ optional }) => optional && wanted.length === 0;
  if (answers.some((answer) => answer.state !== 'running' && !mayLack(answer))) process.exitCode = 1;
}

async function down() {
  const folder = await keptFolder();
  if (folder !== undefined) await askKeeper(folder, 'stop');
  forgetKept();
  const removed = await removeLeftovers();
  console.log(folder === undefined ? 'No servers were kept running.' : 'The servers are stopped.');
  for (const leftover of removed) console.log(`Removed what a killed run left: ${leftover}`);
}

async function status() {
  const folder = await keptFolder();
  if (folder === undefined) return console.log('No servers are kept running: npm run services -- up');
  const answers = await askKeeper(folder, 'answers');
  for (const [name, answer] of Object.entries(answers)) print(serverNamed(name), answer);
  console.log(`Data and logs: ${folder}`);
}

function print({ title, variable }, { state, url, source, message }) {
  if (state === 'running') console.log(`${variable}=${url}  # ${title}, from ${source}`);
  else console.error(`# ${state === 'missing' ? '' : `${title} does not start: `}${message}`);
}

function names() {
  return servers.map(({ name }) => name);
}

const [command, ...args] = process.argv.slice(2);
try {
  if (commands[command] === undefined) throw new Error(USAGE);
  await commands[command](args);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
