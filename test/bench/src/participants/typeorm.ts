import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { Insert, Job, Participant } from '../participant.js';
import { typeOrmOptions } from './typeorm-options.js';

/** TypeORM's migrations; `variant` is their transaction mode. */
export async function open(job: Job): Promise<Participant> {
  const dataSource = new DataSource({
    ...typeOrmOptions(job.database),
    migrations: job.inserts.map(migration),
  });
  await dataSource.initialize();
  const transaction = job.variant as 'each' | 'all';
  return {
    apply: async () => (await dataSource.runMigrations({ transaction })).length,
    close: () => dataSource.destroy(),
  };
}

function migration({ number, statement }: Insert) {
  // TypeORM orders them by the number that their name ends with.
  const name = `InsertRow${1_700_000_000_000 + number}`;
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(statement);
    }

    async down(): Promise<void> {
      throw new Error('nobody goes back');
    }
  };
}
