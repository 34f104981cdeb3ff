import { describeHolder, type FlamingockService } from '@nestjs-flamingock/core';
import type { Output } from '../output/output.js';

/** Says whom a command that needs the lock is going to wait for. */
export async function noteHolder(flamingock: FlamingockService, out: Output): Promise<void> {
  const { held, record } = await flamingock.lockStatus();
  if (held) out.note(`The lock is held by ${describeHolder(record)}: waiting for it.`);
}
