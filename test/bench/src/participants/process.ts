// What runs in a process of its own: node process.js MODULE ORDER. Opens the participant, waits for the word,
// and tells how long its work took.
import { once } from 'node:events';
import { insertsOf, type Message, type Order, type ParticipantModule } from '../participant.js';

const [module = '', text = ''] = process.argv.slice(2);
const order = JSON.parse(text) as Order;
const { open } = (await import(module)) as ParticipantModule;
const participant = await open({ ...order, inserts: insertsOf(order) });
const word = once(process, 'message');
tell('ready');
await word;
const cpuBefore = process.cpuUsage();
const from = performance.now();
const details = await participant.apply();
const ms = performance.now() - from;
const { user, system } = process.cpuUsage(cpuBefore);
await participant.close();
tell({ ms, cpuMs: (user + system) / 1_000, details, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
process.disconnect();

function tell(message: Message): void {
  process.send?.(message);
}
