import type { FlamingockService } from '@nestjs-flamingock/core';
import { describeHolder } from '@nestjs-flamingock/core/adapter';
import type { Output } from '../output/output.js';

/** Says whom a command that needs the lock, by default that of the application's service, is going to wait for. */
export async function noteHolder(
  flamingock: FlamingockService,
  out: Output,
  service?: string,
): Promise<void> {
  const { held, record } = await flamingock.lock.status(service);
  if (held) out.note(`The lock is held by ${describeHolder(record)}: waiting for it.`);
}
