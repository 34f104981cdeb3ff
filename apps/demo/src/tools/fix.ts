// npm run demo:fix: records what a person found out about a change.
import { userInfo } from 'node:os';
import { FlamingockError, FlamingockService, type AuditFixRequest } from '@nestjs-flamingock/core';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';

const USAGE = `Usage: npm run demo:fix -- <change> <EXECUTED|ROLLED_BACK> [reason]

  EXECUTED     all of the change is in its target system: it will not run again
  ROLLED_BACK  nothing of it is: the next start runs it again

Example: npm run demo:fix -- publish-feed ROLLED_BACK`;

/** Loads the application without serving and, because of `manual`, without applying anything. */
async function fix(request: AuditFixRequest): Promise<void> {
  process.env['FLAMINGOCK_RUN_AT'] = 'manual';
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  try {
    const { changeId, state } = await app.get(FlamingockService).auditFix(request);
    console.log(`Recorded ${state} for "${changeId}". Now type: npm start`);
  } catch (error) {
    if (!(error instanceof FlamingockError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await app.close();
  }
}

const [changeId, resolution, ...reason] = process.argv.slice(2);
if (changeId && (resolution === 'EXECUTED' || resolution === 'ROLLED_BACK')) {
  const why = reason.join(' ') || 'looked into the target system';
  void fix({ changeId, resolution, reason: why, by: userInfo().username });
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
