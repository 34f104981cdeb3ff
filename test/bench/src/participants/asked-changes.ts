import { setTimeout as pause } from 'node:timers/promises';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  nonTransactionalTargetSystem,
  TargetSystem,
  Verify,
  type ChangeClass,
  type Verdict,
} from '@nestjs-flamingock/core';
import { typeOrmAuditStore } from '@nestjs-flamingock/typeorm';
import type { Insert, Job, Participant } from '../participant.js';
import { openApplication } from './open-application.js';
import { typeOrmOptions } from './typeorm-options.js';

/** Milliseconds that it takes to ask all changes. */
export interface AskingDetails {
  readonly drift: number;
  readonly oneByOne: number;
}

async function look(): Promise<Verdict> {
  await pause(1);
  return 'applied';
}

function changeOf({ number, id }: Insert): ChangeClass {
  @Change({ id, order: String(number).padStart(6, '0'), author: 'benchmarks' })
  @TargetSystem('files')
  class Publish {
    @Execution()
    execute(): void {
      return;
    }

    @Verify()
    verify(): Promise<Verdict> {
      return look();
    }
  }
  return Publish;
}

/** Applied changes whose `@Verify()` takes a millisecond: all of them asked for drift, and the same by a loop. */
export async function open({ database, inserts }: Job): Promise<Participant> {
  const app = await openApplication([
    TypeOrmModule.forRoot({ ...typeOrmOptions(database), retryAttempts: 0 }),
    FlamingockModule.forRoot({
      runAt: 'manual',
      auditStore: typeOrmAuditStore(),
      targetSystems: [nonTransactionalTargetSystem('files')],
    }),
    FlamingockModule.forFeature({ stage: 'files', changes: inserts.map(changeOf) }),
  ]);
  const flamingock = app.get(FlamingockService);
  await flamingock.execute();
  return {
    apply: async (): Promise<AskingDetails> => ({
      oneByOne: await msOf(async () => {
        let asked = 0;
        while (asked++ < inserts.length) await look();
      }),
      drift: await msOf(async () => {
        const { asked, drifted } = await flamingock.drift();
        if (asked !== inserts.length || drifted.length > 0)
          throw new Error(`${asked} asked, ${drifted.length} drifted`);
      }),
    }),
    close: () => app.close(),
  };
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
