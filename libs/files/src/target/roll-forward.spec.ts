import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { FencedError } from '@nestjs-flamingock/core';
import { changeRun, hold, marker } from '../fixtures/change-run.js';
import { filesOf, Folder } from '../fixtures/folder.js';
import { resolveFilesOptions } from '../files.options.js';
import { writeSynced } from '../state/durable.js';
import { rollForward } from '../state/roll-forward.js';
import { RootFolder } from '../state/root-folder.js';
import { StagedFolder, StateFolder, type Operation } from '../state/staging.js';
import { StateLog } from '../state/state-log.js';

let folder: Folder;

beforeEach(async () => {
  folder = Folder.make();
  await folder.target().markers.prepare();
});
afterEach(() => folder.remove());

const OPERATIONS: readonly Operation[] = [
  { put: 'a', from: 1, isFolder: false },
  { put: 'made', from: 2, isFolder: true },
  { put: 'made/in', from: 3, isFolder: false },
  { remove: 'gone' },
  { remove: 'old' },
];
const PATHS = ['a', 'made/in', 'gone', 'old/in'];

/** What is in the files now, in order of their paths. */
const contents = (): (string | undefined)[] => PATHS.map((path) => folder.text(path));
const IN_PLACE = ['of 1', 'of 1', undefined, undefined];

function settings() {
  return resolveFilesOptions('files', { root: folder.root });
}

/** A log of states as a process has it that is named `uuid`. */
function logOf(uuid: string): { log: StateLog; state: StateFolder } {
  const { stateFolder } = settings();
  const state = new StateFolder(stateFolder, () => uuid);
  return { log: new StateLog(settings(), state), state };
}

/** Commits a change as the holder of token 1 does that dies right after the step. */
async function commitOnly(): Promise<{ staged: StagedFolder; digest: string }> {
  mkdirSync(folder.at('old'));
  for (const path of ['a', 'gone', 'old/in']) writeFileSync(folder.at(path), 'before');
  const { log, state } = logOf('died');
  const staged = new StagedFolder(state, state.newName(hold(1)));
  await staged.make();
  for (const number of [1, 3]) await writeSynced(staged.newAt(number), 'of 1');
  mkdirSync(staged.newAt(2));
  const digest = await staged.seal(OPERATIONS);
  await log.publish(staged.name, (before) => ({
    ...before,
    edits: before.edits + 1,
    fences: [{ ...hold(1), reads: 0 }],
    markers: [marker(1)],
    pending: { folder: staged.name, digest },
  }));
  expect(contents()).toEqual(['before', undefined, 'before', 'before']);
  return { staged, digest };
}

/** The root as a process sees it that calls `at` before each operation, by number. */
async function watchedRoot(at: (operation: number) => Promise<void>): Promise<RootFolder> {
  const root = await RootFolder.find(settings());
  let operation = 0;
  const look = async (path: string) => {
    await at(operation);
    operation += 1;
    return root.look(path);
  };
  return Object.assign(Object.create(root) as RootFolder, { look });
}

/** What the next holder does: takes over, and alters the same paths. */
async function takeOver(): Promise<void> {
  const target = folder.target();
  await target.markers.claim(hold(2));
  expect(contents()).toEqual(IN_PLACE);
  const work = async (handles: Parameters<typeof filesOf>[0]) => {
    const files = filesOf(handles);
    await files.remove('made');
    for (const path of ['a', 'gone', 'old/in']) await files.write(path, 'of 2');
  };
  expect(await target.transaction(changeRun('next'), work, marker(2, 'next'))).toEqual({
    status: 'committed',
  });
}

describe('a commit whose process died', () => {
  it('is put into place by who asks for its marker', async () => {
    await commitOnly();
    expect(await folder.target().markers.read(hold(2), 'write-files')).toEqual(marker(1));
    expect(contents()).toEqual(IN_PLACE);
    expect(readdirSync(folder.at('.flamingock/staged'))).toEqual([]);
  });

  it('is put into place before a change without a transaction begins', async () => {
    await commitOnly();
    await folder.target().run(changeRun(), async () => expect(contents()).toEqual(IN_PLACE));
  });

  it('is put into place by several at once', async () => {
    await commitOnly();
    const targets = Array.from({ length: 5 }, () => folder.target());
    await Promise.all(targets.map((target) => target.markers.read(hold(2), 'write-files')));
    expect(contents()).toEqual(IN_PLACE);
  });

  it.each(OPERATIONS.map((_operation, at) => at))(
    'is finished when it died before operation %d',
    async (at) => {
      const { staged, digest } = await commitOnly();
      const root = await watchedRoot(async (operation) => {
        if (operation === at) throw new RangeError('died');
      });
      await expect(rollForward(root, staged, digest)).rejects.toMatchObject({ name: 'FilesNotInPlaceError' });
      await takeOver();
      expect(contents()).toEqual(['of 2', undefined, 'of 2', 'of 2']);
    },
  );

  it('removes nothing that came after it had removed the same', async () => {
    const { staged, digest } = await commitOnly();
    const root = await watchedRoot(async (operation) => {
      if (operation === 4) throw new RangeError('died');
    });
    await expect(rollForward(root, staged, digest)).rejects.toThrow('died');
    writeFileSync(folder.at('gone'), 'of the application');
    await folder.target().markers.claim(hold(2));
    expect(folder.text('gone')).toBe('of the application');
  });
});

describe('a holder that stood still while it put files into place', () => {
  it.each(OPERATIONS.map((_operation, at) => at))(
    'alters nothing of its successor: before %d',
    async (at) => {
      const { staged, digest } = await commitOnly();
      const root = await watchedRoot(async (operation) => {
        if (operation === at) await takeOver();
      });
      await rollForward(root, staged, digest);
      expect(contents()).toEqual(['of 2', undefined, 'of 2', 'of 2']);
      expect(existsSync(folder.at('made'))).toBe(false);
    },
  );

  it('takes no number twice that was removed meanwhile', async () => {
    const { log, state } = logOf('slow');
    const before = await log.latest();
    await folder.target().markers.claim(hold(2));
    await folder.target().markers.claim(hold(3));
    const settled = log.settled.bind(log);
    let isFirst = true;
    log.settled = async () => {
      if (!isFirst) return settled();
      isFirst = false;
      return before;
    };
    const refusal = new FencedError('shop', 1, 'the test');
    const publishing = log.publish(state.newName(hold(1)), (newest) => {
      if (newest.fences.length > 0) throw refusal;
      return { ...newest, fences: [{ ...hold(1), reads: 0 }] };
    });
    await expect(publishing).rejects.toBe(refusal);
    expect(await folder.target().markers.look('shop')).toEqual({ token: 3, owner: 'owner 3' });
  });

  it('commits nothing once a later holder has removed what it had staged', async () => {
    const target = folder.target();
    const outcome = await target.transaction(
      changeRun(),
      async (handles) => {
        await filesOf(handles).write('a', 'of 1');
        await folder.target().markers.claim(hold(2));
        expect(readdirSync(folder.at('.flamingock/staged'))).toEqual([]);
      },
      marker(1),
    );
    expect(outcome.status).toBe('rolled-back');
    expect(folder.text('a')).toBeUndefined();
    expect(await folder.target().markers.read(hold(2), 'write-files')).toBeUndefined();
  });
});

describe('files that cannot be put into place', () => {
  it('keep everything else waiting, and are put there once that has gone', async () => {
    await commitOnly();
    rmSync(folder.at('a'));
    mkdirSync(folder.at('a'));
    const stuck = { name: 'FilesNotInPlaceError', path: 'a' };
    await expect(folder.target().markers.read(hold(2), 'write-files')).rejects.toMatchObject(stuck);
    let isCalled = false;
    const outcome = await folder.target().transaction(changeRun('next'), async () => {
      isCalled = true;
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: stuck });
    expect(isCalled).toBe(false);
    rmSync(folder.at('a'), { recursive: true });
    expect(await folder.target().markers.read(hold(2), 'write-files')).toEqual(marker(1));
    expect(contents()).toEqual(IN_PLACE);
  });

  it('are refused where what was staged is not what was written', async () => {
    const { staged } = await commitOnly();
    writeFileSync(staged.list, '[]');
    await expect(folder.target().markers.claim(hold(2))).rejects.toMatchObject({ name: 'FilesStateError' });
  });
});

describe('two services on one root', () => {
  it('take turns: a change is taken back that another one was faster than', async () => {
    const target = folder.target();
    const other = folder.target();
    const outcome = await target.transaction(
      changeRun(),
      async (handles) => {
        await filesOf(handles).write('a', 'of shop');
        await other.transaction(
          { ...changeRun(), service: 'depot' },
          (others) => filesOf(others).write('a', 'of depot'),
          marker(7, 'write-files', 'depot'),
        );
      },
      marker(1),
    );
    expect(outcome).toMatchObject({
      status: 'rolled-back',
      error: { name: 'FilesChangedError', isTransient: true },
    });
    expect(folder.text('a')).toBe('of depot');
  });

  it('leave what the other one has staged', async () => {
    const outcome = await folder.target().transaction(
      changeRun(),
      async (handles) => {
        await filesOf(handles).write('a', 'of shop');
        await folder.target().markers.claim(hold(9, 'depot'));
      },
      marker(1),
    );
    expect(outcome).toEqual({ status: 'committed' });
    expect(folder.text('a')).toBe('of shop');
  });
});
