import 'reflect-metadata';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { mongooseAuditStore, mongooseTargetSystem } from './mongoose.definitions.js';

describe('a connection that the application does not have', () => {
  it('is told with the option to write, for audit store and target system at once', async () => {
    expect(
      await registrationFaults({
        auditStore: mongooseAuditStore(),
        targetSystems: [mongooseTargetSystem('db', { connection: 'reports' })],
      }),
    ).toEqual([
      expect.stringMatching(
        /^mongooseAuditStore\(\) needs the default connection, and there is none: .*mongooseAuditStore\(…\{ connection: 'name' \}\)/,
      ),
      expect.stringMatching(
        /^mongooseTargetSystem\(…\{ connection: 'reports' \}\) names a connection that there is not: .*connectionName: 'reports'/,
      ),
    ]);
  });
});

describe('an option that nobody knows', () => {
  it('is refused with the one that was meant', async () => {
    const auditStore = mongooseAuditStore({ conection: 'reports' } as never);
    const target = mongooseTargetSystem('db', { prefix: 'x_' } as never);
    expect(await registrationFaults({ auditStore, targetSystems: [target] })).toEqual(
      expect.arrayContaining([
        'mongooseAuditStore() has no option "conection": did you mean connection?',
        `mongooseTargetSystem('db') has no option "prefix": did you mean collectionPrefix?`,
      ]),
    );
  });
});
