import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import { UnacknowledgedSendError } from '../kafka.errors.js';
import type { SharedClient } from './kafka-clients.js';

/** Methods of an Admin that only read. */
const READS = /^(?:describe|fetch|list)[A-Z]/;

/** Methods that need no connection. */
const LOCAL = ['on', 'logger', 'isIdempotent'];

type Call = (...args: unknown[]) => unknown;

/**
 * A client as a change gets it: connected at the first call that needs it, and closed by us at the end of
 * the run, so that its own `connect` and `disconnect` have nothing to do. It is refused once the change has ended.
 */
export function lentClient<T extends object>(
  { client, connected }: SharedClient<T>,
  explain: (error: unknown) => unknown,
  statements: ChangeStatements,
): T {
  const perform = async (method: Call, args: unknown[]): Promise<unknown> => {
    await connected();
    try {
      return await method(...args);
    } catch (error) {
      throw explain(error);
    }
  };
  const call =
    (name: string, method: Call): Call =>
    async (...args) => {
      statements.assertOpen(name);
      const refusal = refusalToWrite(statements, name);
      if (refusal) throw refusal;
      assertAcknowledged(name, args);
      return statements.track(name, perform(method, args));
    };
  const lent = (name: string, value: unknown): unknown => {
    if (typeof value !== 'function' || LOCAL.includes(name)) return value;
    if (name === 'connect' || name === 'disconnect') return () => Promise.resolve();
    return call(name, value as Call);
  };
  return Object.fromEntries(
    Object.entries(client).map(([name, value]: [string, unknown]) => [name, lent(name, value)]),
  ) as T;
}

/** Without an answer kafkajs resolves also where the messages were lost. */
function assertAcknowledged(method: string, [options]: unknown[]): void {
  const { acks } = (options ?? {}) as { acks?: unknown };
  if (acks === 0 && method.startsWith('send')) throw new UnacknowledgedSendError(method);
}

/** The refusal of a call that does more than read, where the change may only read. */
export function refusalToWrite(
  statements: ChangeStatements,
  method: string,
): ReadOnlyStatementError | undefined {
  if (READS.test(method) || !statements.mayOnlyRead) return undefined;
  const remedy = "Read with the Admin's methods list…, describe… and fetch….";
  return new ReadOnlyStatementError(statements.changeId, method, remedy);
}
