import type { AlertAttempt } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

/** What `flamingock alerts deliver` does. */
export const work: Work<object> = async ({ flamingock, out }) => {
  const report = await flamingock.alerts.deliver();
  const { attempts, waiting } = report;
  out.result(report, () => {
    const lines = attempts.map((attempt) => describe(attempt, out));
    if (waiting > 0)
      lines.push(`${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'} for a later time.`);
    return lines.length > 0 ? lines.join('\n') : out.palette.green('Nothing to deliver');
  });
  const isDone = waiting === 0 && attempts.every(({ error }) => error === undefined);
  return isDone ? ExitCode.DONE : ExitCode.ATTENTION;
};

function describe({ id, channel, error, isDead }: AlertAttempt, { palette }: Output): string {
  if (error === undefined) return oneLine(`${palette.green('✔')} ${id} by ${channel}`);
  const what = isDead ? 'is a dead letter now' : 'is tried again later';
  return `${palette.red('✖')} ${oneLine(`${id} by ${channel}`)} ${what}: ${manyLines(error)}`;
}
