import type { ChangeReport, FlamingockEvents } from '@nestjs-flamingock/core';
import { describeAwaited, describeHolder } from '@nestjs-flamingock/core/adapter';
import type { Output } from './output.js';
import { cut, oneLine } from './safe-text.js';

/** What goes on in a run, change by change, while it goes on. */
export class Progress {
  private readonly subscriptions: (() => void)[];
  private running: string | undefined;

  constructor(
    events: FlamingockEvents,
    private readonly out: Output,
  ) {
    this.subscriptions = [
      events.on('run.waiting', ({ holder }) =>
        this.out.note(`The lock is held by ${describeHolder(holder)}: waiting for it.`),
      ),
      events.on('run.awaiting', (event) => this.out.note(describeAwaited(event))),
      events.on('change.started', ({ changeId, stage }) => this.begin(`${stage} / ${changeId}`)),
      events.on('change.completed', ({ change }) => this.end(change)),
      events.on('change.failed', ({ change }) => this.end(change)),
      events.on('change.blocked', ({ change }) => this.end(change)),
    ];
  }

  /** Shows nothing from now on. */
  stop(): void {
    this.erase();
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  private begin(subject: string): void {
    this.running = oneLine(subject);
    if (this.isLive) this.write(cut(`… ${this.running}`, this.out.width - 1));
    else this.out.line(`  applying  ${this.running}`);
  }

  private end({ stage, changeId, result, durationMs }: ChangeReport): void {
    this.erase();
    const { green, red } = this.out.palette;
    const mark = result === 'failed' || result === 'blocked' ? red('✖') : green('✔');
    const took = result === 'blocked' ? '' : ` in ${durationMs} ms`;
    this.out.line(`${mark} ${result}  ${oneLine(`${stage} / ${changeId}`)}${took}`);
  }

  private erase(): void {
    if (this.running !== undefined && this.isLive) this.write('\r\u001b[2K');
    this.running = undefined;
  }

  private get isLive(): boolean {
    return this.out.terminal.output.isTTY === true && !this.out.json;
  }

  private write(text: string): void {
    this.out.terminal.output.write(text);
  }
}
