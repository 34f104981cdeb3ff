import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  NonLockGuarded,
  nonTransactionalTargetSystem,
  TargetSystem,
} from '@nestjs-flamingock/core';
import { typeOrmAuditStore } from '@nestjs-flamingock/typeorm';
import type { Job, Participant } from '../participant.js';
import { applying, openApplication } from './open-application.js';
import { typeOrmOptions } from './typeorm-options.js';

const CALLS = 1_000_000;

/** Nanoseconds of processor time that one call takes. */
export interface CallDetails {
  readonly guarded: number;
  readonly unguarded: number;
}

@Injectable()
class Counter {
  private count = 0;

  add(): number {
    return (this.count += 1);
  }
}

const found = { guarded: NaN, unguarded: NaN };

@Change({ id: 'call-often', order: '0001', author: 'benchmarks' })
@TargetSystem('counter')
class CallOften {
  @Execution()
  execute(guarded: Counter, @NonLockGuarded() unguarded: Counter): void {
    found.unguarded = nanosecondsOfCall(unguarded);
    found.guarded = nanosecondsOfCall(guarded);
  }
}

/** A change outside transactions that calls an injected service a million times, guarded and unguarded. */
export async function open({ database }: Job): Promise<Participant> {
  const app = await openApplication(
    [
      TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0 }),
      FlamingockModule.forRoot({
        runAt: 'manual',
        auditStore: typeOrmAuditStore(),
        targetSystems: [nonTransactionalTargetSystem('counter', { provide: [Counter] })],
      }),
      FlamingockModule.forFeature({ stage: 'calls', changes: [CallOften] }),
    ],
    [Counter],
  );
  const { apply, close } = applying(app);
  return {
    async apply(): Promise<CallDetails> {
      await apply();
      return found;
    },
    close,
  };
}

function nanosecondsOfCall(counter: Counter): number {
  const from = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) counter.add();
  return (process.cpuUsage(from).user * 1_000) / CALLS;
}
