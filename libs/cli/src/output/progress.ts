import type {
  ChangeReport,
  ChangeProgress,
  ChangeStartedEvent,
  FlamingockEventMap,
  FlamingockEvents,
} from '@nestjs-flamingock/core';
import {
  describeAwaited,
  describeHolder,
  describeHolderAtWork,
  describeProgress,
  percentOf,
  ProgressLog,
} from '@nestjs-flamingock/core/adapter';
import type { Output } from './output.js';
import { cut, oneLine } from './safe-text.js';

/** Columns of the bar. */
const BAR_WIDTH = 20;

/**
 * What goes on in a run, change by change, while it goes on: on a terminal a bar that is drawn again, elsewhere lines.
 */
export class Progress {
  private readonly subscriptions: (() => void)[];
  private readonly log = new ProgressLog();
  private running: ChangeStartedEvent | undefined;
  private isDrawn = false;

  constructor(
    events: FlamingockEvents,
    private readonly out: Output,
  ) {
    this.subscriptions = [
      events.on('run.waiting', ({ holder }) =>
        this.out.note(`The lock is held by ${describeHolder(holder)}: waiting for it.`),
      ),
      events.on('run.awaiting', (event) => {
        this.erase();
        this.out.note(describeAwaited(event));
      }),
      events.on('holder.progress', (event) => this.wait(event)),
      events.on('change.started', (event) => this.begin(event)),
      events.on('change.progress', (event) => this.go(event)),
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

  private wait({ holder, activity }: FlamingockEventMap['holder.progress']): void {
    const text = describeHolderAtWork(holder, activity);
    if (this.isLive) this.draw(`… ${text}`);
    else if (this.log.isDue(`${holder.token} ${activity.changeId}`, activity.runningMs)) this.out.note(text);
  }

  private begin(event: ChangeStartedEvent): void {
    this.running = event;
    if (this.isLive) this.draw(this.bar(event));
    else this.out.line(`  applying  ${subjectOf(event)}`);
  }

  private go(event: FlamingockEventMap['change.progress']): void {
    const { changeId, runningMs } = event;
    if (this.running?.changeId !== changeId) return;
    const far = describeProgress(event, runningMs);
    if (this.isLive) this.draw(`${this.bar(this.running, event)}  ${far}`);
    else if (this.log.isDue(changeId, runningMs))
      this.out.line(`  applying  ${subjectOf(this.running)}  ${oneLine(far)}`);
  }

  private end({ stage, changeId, result, durationMs }: ChangeReport): void {
    this.erase();
    const { green, red } = this.out.palette;
    const mark = result === 'failed' || result === 'blocked' ? red('✖') : green('✔');
    const took = result === 'blocked' ? '' : ` in ${durationMs} ms`;
    this.out.line(`${mark} ${result}  ${subjectOf({ stage, changeId })}${took}`);
  }

  /** How much of the run is done, the part of the running change included that it reports. */
  private bar(event: ChangeStartedEvent, progress?: ChangeProgress): string {
    const { position, of } = event;
    const part = ((progress && percentOf(progress)) ?? 0) / 100;
    const filled = Math.round(((position - 1 + part) / of) * BAR_WIDTH);
    return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${position}/${of} … ${subjectOf(event)}`;
  }

  private draw(text: string): void {
    this.erase();
    this.write(cut(oneLine(text), this.out.width - 1));
    this.isDrawn = true;
  }

  private erase(): void {
    if (this.isDrawn) this.write('\r\u001b[2K');
    this.isDrawn = false;
  }

  private get isLive(): boolean {
    return this.out.terminal.output.isTTY === true && !this.out.json;
  }

  private write(text: string): void {
    this.out.terminal.output.write(text);
  }
}

function subjectOf({ stage, changeId }: Pick<ChangeStartedEvent, 'stage' | 'changeId'>): string {
  return oneLine(`${stage} / ${changeId}`);
}
