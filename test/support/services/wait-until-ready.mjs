import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves once the server has answered a real request.
 *
 * @param dead how the server ended, or undefined while it may still answer
 * @throws when it ended, or did not answer within `patienceMs`
 */
export async function waitUntilReady(server, url, { patienceMs = 60_000, dead }) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const fault = await server.ready(url).then(
      () => undefined,
      (error) => error,
    );
    // Asked after the answer: it may have come from somebody else on the same port.
    if (dead() !== undefined) throw new Error(`${server.title} ended: ${dead()}`);
    if (fault === undefined) return;
    if (Date.now() > deadline)
      throw new Error(`${server.title} gave no answer in ${patienceMs / 1_000} s: ${reason(fault)}`);
    await sleep(30);
  }
}

/** An AggregateError of the driver has no message of its own. */
const reason = (error) => error.message || error.code || String(error);
