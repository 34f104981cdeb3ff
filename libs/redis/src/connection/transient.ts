import { isConnectionFailure, saysTransient } from '@nestjs-flamingock/core/adapter';

/** How replies begin of a server that is busy, starting, full, about to be promoted, or without enough replicas. */
const PASSING =
  /^(?:BUSY|LOADING|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|READONLY|OOM|MISCONF|EXECABORT)\b/;

/** What ioredis says of a connection that ended. */
const LOST = /^(?:Connection is closed|Stream isn't writeable|Command timed out)/;

/** What `isTransient` of the target system answers, by the error's shape. */
export function isTransient(error: unknown): boolean {
  const said = saysTransient(error);
  if (said !== undefined) return said;
  if (typeof error !== 'object' || error === null) return false;
  const { name, message } = error as Readonly<Record<string, unknown>>;
  const text = String(message);
  return (
    PASSING.test(text) ||
    LOST.test(text) ||
    name === 'MaxRetriesPerRequestError' ||
    isConnectionFailure(error)
  );
}
