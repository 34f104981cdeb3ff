import type { AlertSummary } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { manyLines, oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

export interface AlertsListOptions {
  readonly dead?: boolean;
}

/** What `flamingock alerts list` does. */
export const work: Work<AlertsListOptions> = async ({ flamingock, options, out }) => {
  const alerts = await flamingock.alerts.list(options);
  const none = options.dead ? 'No dead letters' : 'No alerts';
  out.result({ alerts }, () =>
    alerts.length === 0 ? out.palette.green(none) : alerts.map((alert) => describe(alert, out)).join('\n\n'),
  );
  return ExitCode.DONE;
};

function describe(
  { id, title, openedAt, resolvedAt, resent, deliveries, command }: AlertSummary,
  out: Output,
): string {
  const { bold, green, red, yellow } = out.palette;
  const isOver = resolvedAt !== undefined;
  const state = isOver ? green(`resolved ${resolvedAt}`) : yellow('open');
  const colours = { delivered: green, waiting: yellow, dead: red };
  const lines = deliveries.map(({ channel, message, state: reached, attempts, at, error }) => {
    const tried = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
    const why = error === undefined ? '' : `: ${error}`;
    return `  ${oneLine(channel)} ${message}: ${colours[reached](reached)} ${at}, ${tried}${manyLines(why)}`;
  });
  const next = isOver || command === '' ? [] : [`  next: ${oneLine(command)}`];
  const again = resent ? [`  sent again ${describeResent(resent)}`] : [];
  return [
    `${bold(oneLine(title))}  ${state}`,
    `  ${id}, opened ${openedAt}`,
    ...lines,
    ...again,
    ...next,
  ].join('\n');
}

function describeResent({ at, actor, reason }: NonNullable<AlertSummary['resent']>): string {
  const by = actor ? ` by ${actor.name}` : '';
  return oneLine(`${at}${by}${reason === undefined ? '' : `: ${reason}`}`);
}
