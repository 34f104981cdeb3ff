import type { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

/** No schedule takes this long unless something waits for ever. Virtual milliseconds. */
const LONGEST_MS = 60 * 60_000;
const MOST_EVENTS = 20_000;

/**
 * Lets things happen until all of `processes` have ended or died. What is still on its way
 * then stays on its way.
 */
export async function drain(world: World, processes: readonly SimulatedProcess[]): Promise<void> {
  const { queue, recorder, verdict } = world;
  while (!verdict.violation && processes.some(({ isOver }) => !isOver)) {
    const event = queue.next();
    const steps = recorder.counts.get('steps') ?? 0;
    if (!event || queue.now > LONGEST_MS || steps > MOST_EVENTS) {
      const waiting = processes.filter(({ isOver }) => !isOver).map(({ name }) => name);
      verdict.fail('ends', `${waiting.join(', ')} waits for ever`);
      return;
    }
    recorder.count('steps');
    event.act();
    // What acts on a store wakes nobody: only the answer does.
    if (event.owner) await turn();
  }
}

/** Lets everything arrive that is still on its way. */
export async function drainMessages({ queue, recorder, verdict }: World): Promise<void> {
  for (let event = queue.next(); event && !verdict.violation; event = queue.next()) {
    recorder.count('steps');
    event.act();
    if (event.owner) await turn();
  }
}

/** Resolves once everything that can go on without a further event has gone on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
