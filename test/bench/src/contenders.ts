import type { Contender } from './harness/participant-process.js';

const participant = (name: string) => new URL(`participants/${name}.js`, import.meta.url);
const peer = (name: string) => new URL(`../peers/${name}.mjs`, import.meta.url);

/** This library on a SQL database, by TypeORM. */
export const flamingock: Contender = { title: 'nestjs-flamingock', module: participant('flamingock') };

/** The same with a commit for each change. */
export const flamingockEach: Contender = {
  title: 'nestjs-flamingock, each',
  module: participant('flamingock'),
  variant: 'each',
};

/** This library on MongoDB, by Mongoose. */
export const flamingockOnMongo: Contender = {
  title: 'nestjs-flamingock',
  module: participant('flamingock-on-mongodb'),
};

/** TypeORM with a commit for each migration. */
export const typeOrmEach: Contender = {
  title: 'TypeORM, each',
  module: participant('typeorm'),
  variant: 'each',
};

/** TypeORM with one commit for all migrations. */
export const typeOrmAll: Contender = {
  title: 'TypeORM, all',
  module: participant('typeorm'),
  variant: 'all',
};

/** The PostgreSQL driver alone. */
export const bare: Contender = { title: 'bare loop', module: participant('bare-postgres'), variant: 'two' };

/** The PostgreSQL driver alone, with one message fewer for each change. */
export const bareInOneMessage: Contender = {
  title: 'bare loop, COMMIT with the audit rows',
  module: participant('bare-postgres'),
  variant: 'one-message',
};

/** Whatever else there is for any SQL database. */
export const sqlPeers: readonly Contender[] = [{ title: 'knex, all', module: peer('knex') }];

/** Whatever else there is for PostgreSQL alone, as it is set up here. */
export const postgresPeers: readonly Contender[] = [
  { title: 'umzug, each', module: peer('umzug') },
  { title: 'node-pg-migrate, each', module: peer('node-pg-migrate'), variant: 'each' },
  { title: 'node-pg-migrate, all', module: peer('node-pg-migrate'), variant: 'all' },
  { title: 'MikroORM, each', module: peer('mikro-orm'), variant: 'each' },
  { title: 'MikroORM, all', module: peer('mikro-orm'), variant: 'all' },
  { title: 'Kysely, all', module: peer('kysely') },
  { title: 'Drizzle, all', module: peer('drizzle') },
];

export const migrateMongo: Contender = { title: 'migrate-mongo', module: peer('migrate-mongo') };

/** A Nest application with TypeORM and nothing else. */
export const bareNest: Contender = { title: 'bare Nest application', module: participant('bare-nest') };

/** The same with as many providers as there are changes, of which nobody makes anything. */
export const nestWithProviders: Contender = {
  title: 'Nest application with so many providers',
  module: participant('bare-nest'),
  variant: 'providers',
};

export const exportHistory: Contender = { title: 'export', module: participant('export-history') };

export const guardedCalls: Contender = { title: 'guarded calls', module: participant('guarded-calls') };

export const askedChanges: Contender = { title: 'asked changes', module: participant('asked-changes') };

export const fleetMember: Contender = { title: 'instance', module: participant('fleet-member') };

/** One that applies nothing, and waits for another one to do it. */
export const fleetWaiter: Contender = {
  title: 'instance that waits',
  module: participant('fleet-member'),
  variant: 'wait',
};

/** Takes ten seconds for its first change. */
export const slowHolder: Contender = {
  title: 'holder that takes its time',
  module: participant('holder'),
  variant: 'pauses',
};

/** Hangs in a change for good. */
export const hangingHolder: Contender = {
  title: 'holder that hangs',
  module: participant('holder'),
  variant: 'hangs',
};

/** Blocks its event loop in a change. */
export const blockedHolder: Contender = {
  title: 'holder whose event loop is blocked',
  module: participant('holder'),
  variant: 'blocks',
};

export const demo: Contender = { title: 'demo', module: participant('demo'), variant: 'with' };

export const demoWithout: Contender = {
  title: 'demo without',
  module: participant('demo'),
  variant: 'without',
};

/** Answers the requests of the dashboard's pages. */
export const dashboardPages: Contender = {
  title: 'dashboard',
  module: participant('dashboard'),
  variant: 'pages',
};

export const dashboardBoot: Contender = {
  title: 'application with the dashboard',
  module: participant('dashboard'),
  variant: 'boot',
};

export const bareBoot: Contender = {
  title: 'the same without',
  module: participant('dashboard'),
  variant: 'bare-boot',
};

/** Makes a history longer, up to so many entries. */
export function fillHistory(entries: number): Contender {
  return { title: 'fill history', module: participant('fill-history'), variant: String(entries) };
}
