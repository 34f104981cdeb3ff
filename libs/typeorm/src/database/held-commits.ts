import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { QueryRunner } from 'typeorm';

type Broadcast = (event: string, ...args: unknown[]) => Promise<void>;

/**
 * For as long as the transaction of a change is open on the runner, subscribers are not told that a transaction inside
 * it was committed: that is a savepoint, and may still be rolled back. They are told after the change's own COMMIT,
 * and not at all of what was rolled back.
 *
 * @returns ends it before the transaction does.
 */
export function holdCommits(runner: QueryRunner): () => void {
  /** For each commit that is held back, how many transactions are around it. */
  let held: readonly number[] = [];
  const restore = overrideMethod<'broadcast', Broadcast>(
    runner.broadcaster as unknown as Record<'broadcast', Broadcast>,
    'broadcast',
    (tell) => {
      const committed = async (event: string, args: unknown[]): Promise<void> => {
        const around = depthOf(runner);
        if (around > 0) {
          // What was committed inside the one that ends now ends with what is around both.
          held = [...held.map((depth) => Math.min(depth, around)), around];
          return;
        }
        restore();
        // It is committed, also where a subscriber throws.
        for (const one of held.map(() => event)) await tell(one).catch(() => undefined);
        await tell(event, ...args);
      };
      return (event, ...args) => {
        if (event === 'AfterTransactionCommit') return committed(event, args);
        if (event === 'AfterTransactionRollback') held = held.filter((depth) => depth <= depthOf(runner));
        return tell(event, ...args);
      };
    },
  );
  return restore;
}

function depthOf(runner: QueryRunner): number {
  return Number(Reflect.get(runner, 'transactionDepth'));
}

/** Subscribers are told by TypeORM, too, when it rolls back what the server has taken back already. */
export async function tellRollback({ broadcaster }: QueryRunner): Promise<void> {
  await broadcaster.broadcast('BeforeTransactionRollback').catch(() => undefined);
  await broadcaster.broadcast('AfterTransactionRollback').catch(() => undefined);
}
