import 'reflect-metadata';
import { jest } from '@jest/globals';
import { inMemoryAuditStore, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import { leftOver, noteTaken } from '../change/unprovided-changes.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { FlamingockService } from './flamingock.service.js';

afterEach(closeApplications);

const calls: string[] = [];

/** A module of another copy of this package, as a library of changes may bring one into the process. */
async function another<T>(load: () => Promise<T>): Promise<T> {
  jest.resetModules();
  return load();
}

async function changeOfAnother() {
  const theirs = await another(() => import('../index.js'));
  @theirs.Change({ id: 'theirs', order: '1', author: 'team' })
  @theirs.TargetSystem('database')
  class Theirs {
    @theirs.Execution()
    execute(): void {
      calls.push('theirs');
    }
  }
  return { Theirs, theirs };
}

describe('another copy of this package in the process', () => {
  it('has decorators that this copy reads', async () => {
    const { Theirs, theirs } = await changeOfAnother();
    expect(theirs.FlamingockService).not.toBe(FlamingockService);
    const flamingock = {
      auditStore: inMemoryAuditStore(),
      targetSystems: [inMemoryTargetSystem('database')],
    };
    await boot(rootModule({ flamingock, changes: [Theirs] }));
    expect(calls).toEqual(['theirs']);
  });

  it('has the tokens of this copy', async () => {
    const mine = await import('./flamingock.constants.js');
    const theirs = await another(() => import('./flamingock.constants.js'));
    expect(theirs).not.toBe(mine);
    expect({ ...theirs }).toEqual({ ...mine });
  });

  it('hears of the changes that this copy has taken', async () => {
    const { Theirs } = await changeOfAnother();
    const theirs = await another(() => import('../change/unprovided-changes.js'));
    expect(leftOver()).toContain(Theirs);
    expect(theirs.leftOver()).toContain(Theirs);
    noteTaken([Theirs]);
    expect(theirs.leftOver()).not.toContain(Theirs);
  });
});
