import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { changeRun } from '../fixtures/change-run.js';
import { filesOf, Folder } from '../fixtures/folder.js';
import type { Files } from './files.js';

let folder: Folder;

beforeEach(() => {
  folder = Folder.make();
});
afterEach(() => folder.remove());

async function change(work: (files: Files) => Promise<unknown>): Promise<TransactionOutcome> {
  const target = folder.target();
  await target.markers.prepare();
  return target.transaction(changeRun(), async (handles) => {
    await work(filesOf(handles));
  });
}

async function committed(work: (files: Files) => Promise<unknown>): Promise<void> {
  expect(await change(work)).toEqual({ status: 'committed' });
}

/** Everything below the root, links told by an arrow. */
function everything(path = ''): string[] {
  const names = readdirSync(folder.at(path)).filter((name) => name !== '.flamingock');
  return names.sort().flatMap((name) => {
    const at = path === '' ? name : `${path}/${name}`;
    if (lstatSync(folder.at(at)).isSymbolicLink()) return [`${at} →`];
    return lstatSync(folder.at(at)).isDirectory() ? [`${at}/`, ...everything(at)] : [at];
  });
}

function given(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(folder.at(path.split('/').slice(0, -1).join('/')), { recursive: true });
    writeFileSync(folder.at(path), content);
  }
}

const modeOf = (path: string): number => statSync(folder.at(path)).mode & 0o7777;

describe('a transactional change of files', () => {
  it('shows nothing of itself before its end, and sees all of it', async () => {
    given({ 'a.txt': 'one', 'old/x': 'x' });
    await committed(async (files) => {
      await files.write('a.txt', 'two');
      await files.append('a.txt', ' and three');
      await files.write('new/deep/b.txt', Buffer.from('b'));
      await files.remove('old');
      expect(everything()).toEqual(['a.txt', 'old/', 'old/x']);
      expect(folder.text('a.txt')).toBe('one');
      expect(await files.readText('a.txt')).toBe('two and three');
      expect(await files.read('new/deep/b.txt')).toEqual(Buffer.from('b'));
      expect(await files.exists('old/x')).toBe(false);
      expect(await files.list()).toEqual([
        { name: 'a.txt', kind: 'file' },
        { name: 'new', kind: 'folder' },
      ]);
    });
    expect(everything()).toEqual(['a.txt', 'new/', 'new/deep/', 'new/deep/b.txt']);
    expect(folder.text('a.txt')).toBe('two and three');
  });

  it('leaves nothing staged, whether it is committed or taken back', async () => {
    await committed((files) => files.write('a', 'a'));
    await change(async (files) => {
      await files.write('b', 'b');
      throw new TypeError('no');
    });
    expect(readdirSync(folder.at('.flamingock/staged'))).toEqual([]);
    expect(readdirSync(folder.at('.flamingock/done'))).toEqual([]);
    expect(readdirSync(folder.at('.flamingock/steps'))).toHaveLength(1);
    expect(everything()).toEqual(['a']);
  });

  it('moves folders with all that is in them, links as links', async () => {
    given({ 'from/a': 'a', 'from/deep/b': 'b' });
    symlinkSync('/etc', folder.at('from/link'));
    chmodSync(folder.at('from/deep'), 0o700);
    await committed(async (files) => {
      await files.write('from/new', 'new');
      await files.move('from', 'over/to');
      await files.write('from/again', 'again');
    });
    expect(everything()).toEqual([
      'from/',
      'from/again',
      'over/',
      'over/to/',
      'over/to/a',
      'over/to/deep/',
      'over/to/deep/b',
      'over/to/link →',
      'over/to/new',
    ]);
    expect(modeOf('over/to/deep')).toBe(0o700);
  });

  it('changes two files for each other', async () => {
    given({ a: 'was a', b: 'was b' });
    await committed(async (files) => {
      await files.move('a', 'c');
      await files.move('b', 'a');
      await files.move('c', 'b');
    });
    expect([folder.text('a'), folder.text('b'), everything()]).toEqual(['was b', 'was a', ['a', 'b']]);
  });

  it('keeps a moved file, and appends to what it was moved to alone', async () => {
    given({ a: 'text' });
    linkSync(folder.at('a'), folder.at('elsewhere'));
    await committed(async (files) => {
      await files.move('a', 'b');
      await files.append('b', ' and more');
      await files.chmod('b', 0o600);
      expect(folder.text('a')).toBe('text');
    });
    expect([folder.text('b'), folder.text('elsewhere')]).toEqual(['text and more', 'text']);
  });

  it('puts a file in place of a folder, and a folder in place of a file', async () => {
    given({ 'folder/a': 'a', file: 'text' });
    await committed(async (files) => {
      await files.remove('folder');
      await files.write('folder', 'now a file');
      await files.remove('file');
      await files.write('file/in', 'now in a folder');
    });
    expect(everything()).toEqual(['file/', 'file/in', 'folder']);
  });

  it('fills a folder anew, and leaves nothing of before', async () => {
    given({ 'site/a': 'a', 'site/b': 'b', 'site/deep/c': 'c', 'site/deep/d': 'd' });
    await committed(async (files) => {
      await files.remove('site');
      expect(await files.exists('site/a')).toBe(false);
      await files.write('site/a', 'new');
      await files.write('site/deep/c', 'new');
    });
    expect(everything()).toEqual(['site/', 'site/a', 'site/deep/', 'site/deep/c']);
    expect([folder.text('site/a'), folder.text('site/deep/c')]).toEqual(['new', 'new']);
  });

  it('puts a folder in place of a link, and does not follow it', async () => {
    const outside = Folder.make();
    symlinkSync(outside.root, folder.at('link'));
    await committed(async (files) => {
      await files.remove('link');
      await files.write('link/a', 'a');
    });
    expect([everything(), readdirSync(outside.root)]).toEqual([['link/', 'link/a'], []]);
    outside.remove();
  });

  it('keeps the mode of what it replaces, and gives the one that is asked for', async () => {
    given({ kept: 'x', altered: 'x' });
    chmodSync(folder.at('kept'), 0o640);
    await committed(async (files) => {
      await files.write('kept', 'y');
      await files.chmod('altered', 0o600);
      await files.write('new', 'z', { mode: 0o755 });
      await files.mkdir('private', { mode: 0o700 });
    });
    expect(['kept', 'altered', 'new', 'private'].map(modeOf)).toEqual([0o640, 0o600, 0o755, 0o700]);
  });

  it('refuses to alter the mode of a folder that was there', async () => {
    mkdirSync(folder.at('there'), { mode: 0o755 });
    const { error } = (await change((files) => files.chmod('there', 0o700))) as { error: Error };
    expect(error.name).toBe('FolderModeError');
    await committed((files) => files.mkdir('there', { mode: 0o755 }));
  });

  it('takes streams, and gives them', async () => {
    given({ large: 'x'.repeat(300_000) });
    await committed(async (files) => {
      await files.write('copy', await files.stream('large'));
      await files.write('pieces', Readable.from(['one ', Buffer.from('two')]));
      expect(await text(await files.stream('pieces'))).toBe('one two');
      expect((await buffer(await files.stream('copy'))).length).toBe(300_000);
    });
    expect(folder.text('pieces')).toBe('one two');
  });

  it('writes many files side by side', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `many/${at % 7}/${at}`);
    await committed((files) => Promise.all(names.map((name) => files.write(name, name))));
    expect(names.every((name) => folder.text(name) === name)).toBe(true);
  });

  it('is taken back whose stream is left open', async () => {
    given({ large: 'x'.repeat(300_000) });
    const outcome = await change(async (files) => {
      await files.stream('large');
    });
    expect((outcome as { error: Error }).error.name).toBe('UnawaitedStatementsError');
  });
});

describe('a path of a change', () => {
  const refusals: [string, (files: Files) => Promise<unknown>, string][] = [
    ['absolute', (files) => files.write('/etc/passwd', ''), 'PathRefusedError'],
    ['out of the root', (files) => files.write('a/../../b', ''), 'PathRefusedError'],
    ['with NUL', (files) => files.read('a\0b'), 'PathRefusedError'],
    ['empty', (files) => files.remove(''), 'PathRefusedError'],
    ['half a surrogate pair', (files) => files.write('a\ud800', ''), 'PathRefusedError'],
    ['in the state folder', (files) => files.remove('.flamingock'), 'PathRefusedError'],
    [
      'in the state folder, spelled otherwise',
      (files) => files.write('.Flamingock/x', ''),
      'PathRefusedError',
    ],
    ['into itself', (files) => files.move('folder', 'folder/in'), 'PathRefusedError'],
    ['a mode that is none', (files) => files.mkdir('m', { mode: 0o20000 }), 'PathRefusedError'],
    ['through a link', (files) => files.write('link/passwd', ''), 'LinkRefusedError'],
    ['of a link', (files) => files.read('link'), 'LinkRefusedError'],
    ['to write over a link', (files) => files.write('link', ''), 'LinkRefusedError'],
    ['of a folder, to write', (files) => files.write('folder', ''), 'PathTakenError'],
    ['below a file', (files) => files.write('file/in', ''), 'PathTakenError'],
    ['of a file, to list', (files) => files.list('file'), 'PathTakenError'],
    ['of nothing, to read', (files) => files.read('nothing'), 'FileNotThereError'],
    ['of nothing, to move', (files) => files.move('nothing', 'x'), 'FileNotThereError'],
    ['too long', (files) => files.write('x'.repeat(300), ''), 'FileSystemError'],
    [
      'in another Unicode form',
      async (files) => {
        await files.write('caf\u00e9', '');
        await files.write('cafe\u0301', '');
      },
      'NamesAreOneError',
    ],
  ];

  it.each(refusals)('is refused, and nothing is left: %s', async (_what, work, name) => {
    given({ 'folder/a': 'a', file: 'text' });
    symlinkSync('/etc', folder.at('link'));
    const before = everything();
    const outcome = await change(work);
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name } });
    expect(everything()).toEqual(before);
  });

  it('is refused outside a transaction by the same rules', async () => {
    given({ 'folder/a': 'a', file: 'text' });
    symlinkSync('/etc', folder.at('link'));
    for (const [, work, name] of refusals.slice(0, -1)) {
      const running = folder
        .target()
        .run(changeRun(), (handles) => work(filesOf(handles)).then(() => undefined));
      await expect(running).rejects.toMatchObject({ name });
    }
    expect(existsSync('/etc/in')).toBe(false);
  });
});

describe('a change without a transaction', () => {
  it('acts at once, and may alter modes of folders', async () => {
    given({ 'there/a': 'a' });
    await folder.target().run(changeRun(), async (handles) => {
      const files = filesOf(handles);
      await files.write('new/b', 'b', { mode: 0o600 });
      expect([folder.text('new/b'), modeOf('new/b')]).toEqual(['b', 0o600]);
      await files.append('new/b', 'c');
      await files.move('new/b', 'moved/b');
      await files.chmod('there', 0o700);
      await files.remove('new');
      expect(await files.list()).toEqual([
        { name: 'moved', kind: 'folder' },
        { name: 'there', kind: 'folder' },
      ]);
    });
    expect([everything(), folder.text('moved/b'), modeOf('there')]).toEqual([
      ['moved/', 'moved/b', 'there/', 'there/a'],
      'bc',
      0o700,
    ]);
  });

  it('does nothing once its check fails', async () => {
    const running = folder.target().run(
      changeRun(),
      (handles) => filesOf(handles).write('a', 'a'),
      () => {
        throw new RangeError('lock lost');
      },
    );
    await expect(running).rejects.toThrow('lock lost');
    expect(everything()).toEqual([]);
  });

  it('may only read while its verdict is asked', async () => {
    given({ a: 'a' });
    await folder.target().run({ ...changeRun(), readOnly: true }, async (handles) => {
      expect(await filesOf(handles).readText('a')).toBe('a');
      await expect(filesOf(handles).remove('a')).rejects.toMatchObject({ name: 'ReadOnlyStatementError' });
    });
  });
});
