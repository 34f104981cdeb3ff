import type { Contender } from './harness/participant-process.js';

const participant = (name: string) => new URL(`participants/${name}.js`, import.meta.url);
const peer = (name: string) => new URL(`../peers/${name}.mjs`, import.meta.url);

/** This library. */
export const flamingock: Contender = { title: 'nestjs-flamingock', module: participant('flamingock') };

/** TypeORM with a commit for each migration. */
export const typeOrmEach: Contender = {
  title: 'TypeORM, each',
  module: participant('typeorm'),
  variant: 'each',
};

/** TypeORM with one commit for all migrations. */
export const typeOrmAll: Contender = { title: 'TypeORM, all', module: participant('typeorm'), variant: 'all' };

/** The driver alone. */
export const bare: Contender = { title: 'bare loop', module: participant('bare-postgres'), variant: 'two' };

/** The driver alone, with one message fewer for each change. */
export const bareInOneMessage: Contender = {
  title: 'bare loop, audit rows and COMMIT in one message',
  module: participant('bare-postgres'),
  variant: 'one-message',
};

void peer;
