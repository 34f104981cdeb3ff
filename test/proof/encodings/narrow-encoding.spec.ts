import { randomBytes } from 'node:crypto';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Change,
  Execution,
  FlamingockModule,
  FlamingockService,
  RollbackExecution,
  TargetSystem,
  type AuditEntry,
  type ChangeClass,
} from '@nestjs-flamingock/core';
import { FlamingockTest } from '@nestjs-flamingock/testing';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { DataSource } from 'typeorm';
import { describeOn } from '../../support/services/describe-on.js';

/** In no encoding of those below but UTF8: Latin, mathematics, Chinese, a flamingo. */
const ODD = 'é ≠ 漢 🦩';

interface Trial {
  readonly transactional: boolean;
  readonly author?: string;
  readonly fails?: boolean;
}

let calls: string[];

function change({ transactional, author = 'team', fails = true }: Trial): ChangeClass {
  @Change({ id: 'odd', order: '1', author, transactional })
  @TargetSystem('database')
  class Odd {
    @Execution()
    execute(): void {
      calls.push('execute');
      if (fails) throw new RangeError(ODD);
    }

    @RollbackExecution()
    rollback(): void {
      calls.push('rollback');
    }
  }
  return Odd;
}

await describeOn(['postgres'], 'a PostgreSQL database', ({ postgres }) => {
  describe.each(['LATIN1', 'WIN1252', 'EUC_JP', 'SQL_ASCII', 'UTF8'])('in %s', (encoding) => {
    const name = `encoding_${randomBytes(6).toString('hex')}`;
    let server: DataSource;

    beforeEach(async () => {
      calls = [];
      server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
      await server.query(
        `CREATE DATABASE ${name} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      );
    });

    afterEach(async () => {
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
    });

    /** Starts an application, and gives what it threw and what is recorded. */
    async function start(trial: Trial): Promise<{ error: unknown; history: AuditEntry[]; isWhole: boolean }> {
      const url = Object.assign(new URL(postgres), { pathname: `/${name}` }).href;
      const flamingock = await FlamingockTest.create(
        {
          imports: [
            TypeOrmModule.forRoot({ type: 'postgres', url, installExtensions: false }),
            FlamingockModule.forRoot({
              auditStore: typeOrmAuditStore(),
              targetSystems: [typeOrmTargetSystem('database')],
              service: 'inventory',
            }),
            FlamingockModule.forFeature({ stage: 'all', changes: [change(trial)] }),
          ],
        },
        { auditStore: 'own' },
      );
      const error: unknown = await flamingock.run().then(
        ({ changes }) => changes[0]?.error,
        (thrown: unknown) => thrown,
      );
      const history = await flamingock.history();
      const { ok: isWhole } = await flamingock.module.get(FlamingockService).audit.verify();
      await flamingock.close();
      return { error, history, isWhole };
    }

    const isWide = ['SQL_ASCII', 'UTF8'].includes(encoding);

    it.each([true, false])(
      'keeps a failure that it cannot store (transactional: %s)',
      async (transactional) => {
        const { error, history, isWhole } = await start({ transactional });
        expect(String(error)).toContain(ODD);
        expect(history.map(({ state }) => state)).toEqual(['STARTED', 'EXECUTION_FAILED', 'ROLLED_BACK']);
        expect(calls).toEqual(transactional ? ['execute'] : ['execute', 'rollback']);
        expect(history.find((entry) => entry.error !== null)?.error).toBe(
          `RangeError: ${isWide ? ODD : '\\u{e9} \\u{2260} \\u{6f22} \\u{1f9a9}'}`,
        );
        expect(isWhole).toBe(true);
      },
    );

    it.each([true, false])(
      'records nothing of a change that has such a text itself (transactional: %s)',
      async (transactional) => {
        const { error, history } = await start({ transactional, author: ODD, fails: false });
        expect(history.map(({ state }) => state)).toEqual(isWide ? ['STARTED', 'EXECUTED'] : []);
        expect(calls).toEqual(isWide || transactional ? ['execute'] : []);
        if (!isWide) expect(String(error)).toContain('cannot keep a text of an entry');
      },
    );
  });
});
