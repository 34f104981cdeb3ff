import { withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { tryFault, type Trial } from './trial.js';

/** A server that a test may kill. */
export interface Restarted {
  stop(): Promise<void>;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

const HOW = {
  'stopped and started': 'stop',
  'killed and started': 'kill',
  'killed, and away until the start has ended': 'kill',
} as const;

/** In what way a server ends, and where the start is then. */
export interface RestartFault {
  readonly how: keyof typeof HOW;
  readonly point: string;
}

export const RESTARTS: readonly RestartFault[] = (Object.keys(HOW) as (keyof typeof HOW)[]).flatMap((how) =>
  ['inside the transaction', 'half of publish', 'half of warm-up'].map((point) => ({ how, point })),
);

const SETTINGS = { lock: { leaseMs: 5_000, retryMs: 50 }, timeouts: { answerMs: 10_000, changeMs: 20_000 } };

/** One start, in the middle of which the server ends. `target`: where the changes go, if not into the history's database. */
export async function restart(
  server: Restarted,
  { audit, target }: { audit: CreateDatabase; target?: CreateDatabase },
  { how, point }: RestartFault,
): Promise<Trial> {
  const workspace = await Workspace.open(audit, target);
  const staysAway = how === 'killed, and away until the start has ended';
  const onReach = async (reached: string): Promise<void> => {
    if (reached !== point) return;
    await server[HOW[how]]();
    if (!staysAway) await server.startAgain();
  };
  const options = { ...workspace.options, settings: SETTINGS, onReach };
  try {
    return await tryFault({
      what: `server ${how}`,
      title: `${point}, ${target ? 'separate' : 'shared'}`,
      workspace,
      start: () => withApplication(options, (flamingock) => flamingock.execute()),
      heal: async () => {
        if (staysAway) await server.startAgain();
      },
      mustApply: target !== undefined && point !== 'inside the transaction' && !staysAway,
    });
  } finally {
    await workspace.remove();
  }
}
