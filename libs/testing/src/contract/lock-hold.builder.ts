import type { LockHold } from '@nestjs-flamingock/core/adapter';

/** A hold of the lock as stores take it; by default each token has an owner of its own. */
export function holdOf(token: number, service = 'inventory', owner = `owner-of-${token}`): LockHold {
  return { service, token, owner };
}
