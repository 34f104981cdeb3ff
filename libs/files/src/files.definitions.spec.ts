import 'reflect-metadata';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { fileSystemTargetSystem } from './files.definitions.js';
import { resolveFilesOptions } from './files.options.js';

describe('options of a file system target', () => {
  it('are refused with the one that was meant', async () => {
    const targetSystems = [fileSystemTargetSystem('files', { root: '/tmp', statefolder: 'x' } as never)];
    expect(await registrationFaults({ targetSystems })).toEqual([
      `fileSystemTargetSystem('files') has no option "statefolder": did you mean stateFolder?`,
    ]);
  });

  it.each([
    [{}, 'root'],
    [{ root: '' }, 'root'],
    [{ root: '/srv/a', stateFolder: '' }, 'stateFolder'],
    [{ root: '/srv/a', stateFolder: '.' }, 'stateFolder'],
    [{ root: '/srv/a', stateFolder: '/srv' }, 'stateFolder'],
  ])('are refused that cannot work: %j', (options, option) => {
    expect(() => resolveFilesOptions('files', options)).toThrow(
      `Option "${option}" of fileSystemTargetSystem is`,
    );
  });

  it('have the state folder in the root', () => {
    expect(resolveFilesOptions('files', { root: '/srv/a' })).toEqual({
      targetSystem: 'files',
      root: '/srv/a',
      stateFolder: '/srv/a/.flamingock',
      reserved: '.flamingock',
    });
  });
});
