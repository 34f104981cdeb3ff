import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Files } from '../change/files.js';
import { SmallDisk } from '../../../../test/proof/faults/small-disk.js';
import { changeRun, hold, marker } from '../fixtures/change-run.js';
import { filesOf, Folder } from '../fixtures/folder.js';
import type { FileSystemTargetSystem } from './file-system.target-system.js';

let folder: Folder;

beforeEach(() => {
  folder = Folder.make();
});
afterEach(() => folder.remove());

const write = (target: FileSystemTargetSystem, work: (files: Files) => Promise<unknown>) =>
  target.transaction(
    changeRun(),
    async (handles) => {
      await work(filesOf(handles));
    },
    marker(1),
  );

/** A disk, where this user may mount one. Where CI is root, it must. */
function mounted(): SmallDisk | undefined {
  try {
    return SmallDisk.mount(2);
  } catch (error) {
    if (process.env['CI'] && process.getuid?.() === 0) throw error;
    process.stderr.write(`not run: ${String(error)}\n`);
    return undefined;
  }
}

describe('a root', () => {
  it('that can be used has no objection, and nothing in it but the state folder', async () => {
    const target = folder.target();
    expect(await target.checkTransactions()).toBeUndefined();
    expect(readdirSync(folder.root)).toEqual(['.flamingock']);
    expect(readdirSync(folder.at('.flamingock'), { recursive: true }).sort()).toEqual([
      'done',
      'staged',
      'steps',
    ]);
  });

  it('is tried by many while others claim it', async () => {
    await folder.target().markers.prepare();
    const trying = Array.from({ length: 20 }, () => folder.target().checkTransactions());
    const claiming = Array.from({ length: 20 }, (_, token) =>
      folder
        .target()
        .markers.claim(hold(token))
        .catch(() => undefined),
    );
    await Promise.all(claiming);
    expect(new Set(await Promise.all(trying))).toEqual(new Set([undefined]));
  });

  it('that is not there is refused with the remedy, and is not made', async () => {
    folder.remove();
    const target = folder.target();
    expect(await target.checkTransactions()).toContain(`is not there. Mount the file system`);
    await expect(target.markers.prepare()).rejects.toMatchObject({ name: 'RootUnusableError' });
    await expect(target.run(changeRun(), async () => undefined)).rejects.toMatchObject({
      name: 'RootUnusableError',
    });
    expect(await target.markers.look('shop')).toBeUndefined();
  });

  it('that is a file, or whose state folder is a link, is refused', async () => {
    symlinkSync('/tmp', folder.at('.flamingock'));
    expect(await folder.target().checkTransactions()).toContain('symbolic link');
    folder.remove();
    writeFileSync(folder.root, '');
    expect(await folder.target().checkTransactions()).toContain('is no folder');
  });

  it('that is a link is the folder that it leads to', async () => {
    mkdirSync(folder.at('real'));
    symlinkSync('real', folder.at('current'));
    const target = folder.target({ root: folder.at('current') });
    expect(await target.checkTransactions()).toBeUndefined();
    expect(await write(target, (files) => files.write('a', 'a'))).toEqual({ status: 'committed' });
    expect(folder.text('real/a')).toBe('a');
  });

  it('whose state folder is elsewhere on its file system keeps nothing of ours', async () => {
    mkdirSync(folder.at('root'));
    const target = folder.target({ root: folder.at('root'), stateFolder: '../state' });
    expect(await target.checkTransactions()).toBeUndefined();
    expect(await write(target, (files) => files.write('.flamingock', 'a'))).toEqual({ status: 'committed' });
    expect(folder.text('root/.flamingock')).toBe('a');
  });
});

describe('another disk', () => {
  it('is refused for the state folder, and for paths of changes', async () => {
    const disk = mounted();
    if (!disk) return;
    try {
      const target = folder.target({ stateFolder: `${disk.path}/state` });
      expect(await target.checkTransactions()).toContain('on another file system or mount');
      const outer = folder.target({ root: '/tmp', stateFolder: folder.at('.state') });
      const inside = `${disk.path.slice('/tmp/'.length)}/a`;
      await outer.markers.prepare();
      const outcome = await write(outer, (files) => files.write(inside, 'a'));
      expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'OtherFileSystemError' } });
    } finally {
      disk.unmount();
    }
  });
});

describe('a disk that is full', () => {
  it('takes a change back whole, and the next one goes on once there is room', async () => {
    const disk = mounted();
    if (!disk) return;
    const small = Folder.make(disk.path);
    try {
      const target = small.target();
      await target.markers.prepare();
      await target.markers.claim(hold(1));
      const outcome = await write(target, async (files) => {
        await files.write('first', 'x');
        await files.write('large', Buffer.alloc(4 << 20));
      });
      expect(outcome).toMatchObject({
        status: 'rolled-back',
        error: { name: 'FileSystemError', errno: 'ENOSPC', isTransient: false },
      });
      expect([small.text('first'), small.text('large')]).toEqual([undefined, undefined]);
      disk.fill();
      const full = await write(target, (files) => files.write('first', 'x'));
      expect(full.status).toBe('rolled-back');
      expect(target.isTransient((full as { error: unknown }).error)).toBe(false);
      expect(small.text('first')).toBeUndefined();
      disk.free();
      expect(await write(target, (files) => files.write('first', 'x'))).toEqual({ status: 'committed' });
      expect(small.text('first')).toBe('x');
    } finally {
      disk.unmount();
    }
  });
});

describe('a disk that is mounted read-only', () => {
  it('is refused at the start, and takes a change back that is at work', async () => {
    const disk = mounted();
    if (!disk) return;
    const root = Folder.make(disk.path);
    try {
      const target = root.target();
      await target.markers.prepare();
      const outcome = await write(target, async (files) => {
        await files.write('a', 'a');
        execFileSync('mount', ['-o', 'remount,ro', disk.path]);
        await files.write('b', 'b');
      });
      expect(outcome).toMatchObject({ status: 'rolled-back', error: { errno: 'EROFS' } });
      expect(await target.checkTransactions()).toContain('Mount the file system so that it can be written');
      execFileSync('mount', ['-o', 'remount,rw', disk.path]);
      await target.markers.claim(hold(2));
      expect(readdirSync(root.at('.flamingock/staged'))).toEqual([]);
      expect(root.text('a')).toBeUndefined();
    } finally {
      disk.unmount();
    }
  });
});

describe('what a failure says', () => {
  const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'open', path: '/srv/a' });

  it.each([
    ['EMFILE', true],
    ['EBUSY', true],
    ['ENOSPC', false],
    ['EROFS', false],
    ['EACCES', false],
  ])('%s passes by itself: %s', (code, passes) => {
    expect(folder.target().isTransient(failure(code))).toBe(passes);
  });

  it('is told with its call and its path', () => {
    const target = folder.target();
    expect(target.diagnose(failure('EIO'))).toEqual({ code: 'EIO', statement: 'open', object: '/srv/a' });
    expect(target.diagnose(new Error('any'))).toEqual({});
    rmSync(folder.root, { recursive: true });
  });
});
