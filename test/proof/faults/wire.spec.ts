import { jest } from '@jest/globals';
import { describeOn } from '../../support/services/describe-on.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import { mariadbDatabase, postgresDatabase } from '../../support/sql-database.js';
import { chooser } from './extent.js';
import { sideBySide } from './side-by-side.js';
import { Verdicts } from './verdicts.js';
import { breakWire, WIRE_FAULTS, type Wire } from './wire-fault.js';
import {
  GROUP_REQUESTS,
  mariadbRequests,
  mongodbRequests,
  postgresRequests,
  REQUESTS,
  type Place,
} from './wire-requests.js';

jest.setTimeout(1_800_000);

const PLACES = ['shared', 'audit', 'target'] as const;
const WHERE: Readonly<Record<Place, string>> = {
  shared: 'history and changes',
  audit: 'the history',
  target: 'the changes',
};
const verdicts = new Verdicts();
const chosen = chooser(17);

function wireSuite(server: string, wire: Omit<Wire, 'place'>): void {
  const isGrouping = 'group commit' in wire.requests;
  for (const place of PLACES) {
    const where = `${server}, ${WHERE[place]}`;
    const requests = [...REQUESTS[place], ...(isGrouping && place === 'shared' ? GROUP_REQUESTS : [])];
    const all = WIRE_FAULTS.flatMap((fault) => requests.map((request) => ({ fault, request })));
    const cases = chosen(all);
    it(`leaves what is recorded, and the next start goes on: ${where}`, async () => {
      const trials = await sideBySide(4, cases, ({ fault, request }) =>
        breakWire({ ...wire, place }, request, fault),
      );
      verdicts.expectRight(where, trials);
    });
  }
}

await describeOn(['postgres', 'pgbouncer', 'mariadb', 'mongodb'], 'a wire that breaks', (urls) => {
  const { postgres, pgbouncer, mariadb, mongodb } = urls;
  wireSuite('PostgreSQL', { createDatabase: postgresDatabase(postgres), requests: postgresRequests });
  wireSuite('PgBouncer', {
    createDatabase: postgresDatabase(postgres, pgbouncer),
    requests: postgresRequests,
  });
  wireSuite('MariaDB', { createDatabase: mariadbDatabase(mariadb), requests: mariadbRequests });
  wireSuite('MongoDB', { createDatabase: mongoDatabase(mongodb), requests: mongodbRequests });
});
