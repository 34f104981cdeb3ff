import { mkdirSync, writeFileSync } from 'node:fs';
import { Folder } from '../fixtures/folder.js';
import { resolveFilesOptions } from '../files.options.js';
import { RootFolder } from '../state/root-folder.js';
import { ChangedTree } from './changed-tree.js';

let folder: Folder;

beforeEach(() => {
  folder = Folder.make();
  mkdirSync(folder.at('docs'));
  writeFileSync(folder.at('docs/readme'), '');
});
afterEach(() => folder.remove());

async function treeOf(tellsCase: boolean): Promise<ChangedTree> {
  return new ChangedTree(
    await RootFolder.find(resolveFilesOptions('files', { root: folder.root })),
    tellsCase,
  );
}

describe('names of one change', () => {
  it('are two where the file system tells case', async () => {
    const tree = await treeOf(true);
    tree.set('Readme', { kind: 'file', staged: 1 });
    tree.set('readme', { kind: 'file', staged: 2 });
    expect(tree.entries()).toHaveLength(2);
  });

  it.each([
    ['Readme', 'README'],
    ['docs/readme', 'Docs/other'],
    ['stra\u00dfe/A', 'stra\u00dfe/a'],
  ])('are refused in two spellings where it does not: %s and %s', async (one, other) => {
    const tree = await treeOf(false);
    tree.set(one, { kind: 'file', staged: 1 });
    expect(() => tree.set(other, { kind: 'file', staged: 2 })).toThrow('are one name');
    expect(() => tree.remove(other)).toThrow('are one name');
  });
});

describe('a folder that is removed and made again', () => {
  it('shows nothing of what was in it', async () => {
    const tree = await treeOf(true);
    tree.remove('docs');
    expect(await tree.look('docs/readme')).toBeUndefined();
    tree.set('docs', { kind: 'folder', staged: 1 });
    expect(await tree.look('docs/readme')).toBeUndefined();
    expect(await tree.list('docs')).toEqual([]);
    expect((await tree.before('docs/readme'))?.kind).toBe('file');
  });
});
