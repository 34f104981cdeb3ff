import { waitUntilReady } from '../wait-until-ready.mjs';

const PATIENCE_MS = 5_000;

/** A server whose URL the environment gives: used as it is, never stopped. */
export async function useGiven(server, url) {
  const dead = () => undefined;
  await waitUntilReady(server, url, { patienceMs: PATIENCE_MS, dead }).catch((cause) => {
    throw new Error(`${server.title} at ${server.variable} does not answer: ${cause.message}`, { cause });
  });
  return { url, source: server.variable, stop: async () => undefined };
}
