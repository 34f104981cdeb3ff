import { FencedError } from '@nestjs-flamingock/core';
import { LEASE_MS } from '../../../../libs/core/src/fixtures/runs.js';
import { mix } from '../random.js';
import type { Fault, MessageFault } from '../scenario/scenario.js';
import type { EventQueue } from './event-queue.js';
import type { Recorder } from './recorder.js';
import type { SimulatedProcess } from './simulated-process.js';

/** What a statement came to where it acted. */
export type StatementResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** A statement on its way. */
export interface Statement<T> {
  readonly name: string;
  readonly act: () => T;
  /** False for those that belong to a transaction: no driver sends them again by itself. */
  readonly isRepeatable: boolean;
}

/** Told of everything that acts on a store, right after it did. */
export type StatementObserver = (
  process: SimulatedProcess,
  statement: string,
  result: StatementResult<unknown>,
) => void;

/** A driver's answer when nothing came back. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The messages between one process and its stores, each late by its own time, with the faults that hit them. */
export class Wire {
  private readonly faults: MessageFault[] = [];
  private readonly sent = new Map<string, number>();
  private readonly outages: { readonly from: number; readonly to: number }[] = [];

  constructor(
    private readonly process: SimulatedProcess,
    private readonly queue: EventQueue,
    private readonly recorder: Recorder,
    private readonly observe: StatementObserver,
    faults: readonly Fault[],
  ) {
    const mine = faults.filter((fault) => 'process' in fault && fault.process === process.plan.id);
    for (const fault of mine) {
      if ('message' in fault) this.faults.push(fault);
      else if (fault.kind === 'outage') this.outages.push({ from: fault.at, to: fault.at + fault.ms });
    }
  }

  /** Takes a statement to its store and brings back what came of it. */
  carry<T>(statement: Statement<T>): Promise<T> {
    const number = this.process.nextMessage();
    const fault = this.faultOf(statement.name, number);
    const passage = new Passage(statement, number, this.process.name, this.recorder);
    this.recorder.count('messages');
    return new Promise<T>((resolve, reject) => {
      const answer = (result: StatementResult<T>): void =>
        result.ok ? resolve(result.value) : reject(errorOf(result));
      this.route(passage, fault, answer);
    });
  }

  private faultOf(name: string, number: number): MessageFault | undefined {
    const ofName = this.sent.get(name) ?? 0;
    this.sent.set(name, ofName + 1);
    return this.faults.find(({ statement, message }) =>
      statement === undefined ? message === number : statement === name && message === ofName,
    );
  }

  private route<T>(passage: Passage<T>, fault: MessageFault | undefined, answer: Answer<T>): void {
    const [there, back] = [this.latency(passage.number, 1), this.latency(passage.number, 2)];
    const trip: Trip<T> = { passage, answer, there, back };
    if (!fault) this.send(trip);
    else if (fault.leg === 'request') this.troubleOnTheWay(trip, fault);
    else this.troubleOnTheWayBack(trip, fault);
  }

  private troubleOnTheWay<T>(trip: Trip<T>, fault: MessageFault): void {
    const { kind, ms } = fault;
    if (kind === 'late' || kind === 'duplicate') this.actAgain(trip, fault);
    else if (kind === 'crash') this.process.crash();
    else if (kind === 'lose') this.lose(trip, 'request', trip.there + trip.back);
    else {
      if (kind === 'pause') this.process.pause(ms);
      else this.tellDelay(trip, fault);
      this.send({ ...trip, there: trip.there + ms });
    }
  }

  private troubleOnTheWayBack<T>(trip: Trip<T>, fault: MessageFault): void {
    const { kind, ms } = fault;
    if (kind === 'late' || kind === 'duplicate') this.actAgain(trip, fault);
    else if (kind === 'crash') this.send(trip, () => this.process.crash());
    else if (kind === 'lose') this.send(trip, () => this.lose(trip, 'answer', trip.back));
    else if (kind === 'delay') {
      this.tellDelay(trip, fault);
      this.send({ ...trip, back: trip.back + ms });
    } else {
      this.send(trip, (result) => {
        this.process.pause(ms);
        this.bringBack(trip, result);
      });
    }
  }

  /** The statement acts once more, or when nobody waits for it any longer. */
  private actAgain<T>(trip: Trip<T>, { kind, ms, leg }: MessageFault): void {
    const later = { ...trip, there: trip.there + ms };
    const unheard = (): void => undefined;
    if (kind === 'late') {
      this.recorder.count('late requests');
      trip.passage.tell(() => `is given up, and arrives ${ms} ms LATE`);
      this.fail(trip, trip.there);
      this.send(later, unheard);
    } else if (trip.passage.statement.isRepeatable) {
      const answered = leg === 'request' ? 'first' : 'second';
      this.recorder.count('duplicates');
      trip.passage.tell(() => `is sent TWICE, ${ms} ms apart; the ${answered} is answered`);
      this.send(trip, answered === 'first' ? undefined : unheard);
      this.send(later, answered === 'second' ? undefined : unheard);
    } else this.send(trip);
  }

  private send<T>(trip: Trip<T>, arrived?: Answer<T>): void {
    const { passage, there } = trip;
    this.queue.after(there, undefined, mix(this.process.seed, passage.number, there), () => {
      if (this.isOut()) {
        this.lose(trip, 'request', trip.back);
        return;
      }
      const result = this.arrive(passage);
      if (arrived) arrived(result);
      else this.bringBack(trip, result);
    });
  }

  private bringBack<T>(trip: Trip<T>, result: StatementResult<T>): void {
    if (this.isOut()) {
      this.lose(trip, 'answer', trip.back);
      return;
    }
    this.process.after(trip.back, () => {
      trip.passage.tell(() => 'is answered');
      trip.answer(result);
    });
  }

  private lose<T>(trip: Trip<T>, leg: 'request' | 'answer', noticedAfterMs: number): void {
    this.recorder.count(`lost ${leg}s`);
    trip.passage.tell(() => `is LOST on the way ${leg === 'request' ? 'there' : 'back'}`);
    this.fail(trip, noticedAfterMs);
  }

  private fail<T>({ answer }: Trip<T>, afterMs: number): void {
    this.process.after(afterMs, () => answer({ ok: false, error: new ConnectionLost('connection lost') }));
  }

  private tellDelay<T>({ passage }: Trip<T>, { ms, leg }: MessageFault): void {
    this.recorder.count('delays');
    passage.tell(() => `is DELAYED by ${ms} ms on the way ${leg === 'request' ? 'there' : 'back'}`);
  }

  private arrive<T>(passage: Passage<T>): StatementResult<T> {
    const result = passage.act();
    this.observe(this.process, passage.statement.name, result);
    return result;
  }

  private isOut(): boolean {
    return this.outages.some(({ from, to }) => from <= this.queue.now && this.queue.now < to);
  }

  /** Mostly a few milliseconds, sometimes hundreds, rarely longer than a lease. */
  private latency(message: number, leg: number): number {
    const drawn = mix(this.process.seed, this.process.plan.id, message, leg);
    const share = mix(drawn, 1) / 2 ** 32;
    if (share < 0.97 || this.process.isHealthy) return 1 + (drawn % 4_000) / 200;
    if (share < 0.999) return drawn % 600;
    return drawn % (2 * LEASE_MS);
  }
}

type Answer<T> = (result: StatementResult<T>) => void;

/** A statement with how long it takes there and back, in milliseconds, and who waits for it. */
interface Trip<T> {
  readonly passage: Passage<T>;
  readonly answer: Answer<T>;
  readonly there: number;
  readonly back: number;
}

/** One statement with its number, for the trace. */
class Passage<T> {
  constructor(
    readonly statement: Statement<T>,
    readonly number: number,
    private readonly sender: string,
    private readonly recorder: Recorder,
  ) {}

  act(): StatementResult<T> {
    try {
      const value = this.statement.act();
      this.tell(() => `acts${brief(value)}`);
      return { ok: true, value };
    } catch (error) {
      this.tell(() => `is refused: ${(error as Error).name}`);
      this.recorder.count(error instanceof FencedError ? 'fenced' : 'refused');
      return { ok: false, error };
    }
  }

  tell(what: () => string): void {
    this.recorder.tell(this.sender, () => `${`${this.number} ${this.statement.name}`.padEnd(17)} ${what()}`);
  }
}

function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return value === undefined ? '' : `: ${JSON.stringify(value)}`;
  const { acquired, token, seq } = value as { acquired?: boolean; token?: number; seq?: number };
  const facts = { acquired, token, seq };
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return known.length > 0 ? `: ${known.map(([key, fact]) => `${key} ${String(fact)}`).join(', ')}` : '';
}

function errorOf({ error }: { readonly error: unknown }): Error {
  return error as Error;
}
