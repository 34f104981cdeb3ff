import type { LockStatus } from '@nestjs-flamingock/core';
import { describeHolder, releaseCommand } from '@nestjs-flamingock/core/adapter';
import { ExitCode } from '../exit-code.js';
import { facts, type Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

/** What `flamingock lock status` does. */
export const work: Work<object> = async ({ flamingock, out }) => {
  const status = await flamingock.lock.status();
  out.result(status, () => describe(status, out));
  return ExitCode.DONE;
};

function describe({ held, record, expiresInMs = 0 }: LockStatus, { palette }: Output): string {
  if (!record) return 'The lock is free, and was never taken';
  const state = held ? palette.yellow('The lock is held') : palette.green('The lock is free');
  const times: [string, string | null][] = [
    [held ? 'by' : 'last by', describeHolder(record)],
    ['since', time(record.acquiredAt)],
    ['until', held ? `${time(record.expiresAt)}, ${seconds(expiresInMs)} from now, unless renewed` : null],
  ];
  const hint = `If its holder is gone for good: ${releaseCommand(record.token)}`;
  return [state, facts(times, palette), ...(held ? ['', oneLine(hint)] : [])].join('\n');
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
