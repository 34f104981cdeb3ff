import { childOf } from '../state/paths.js';
import type { RootFolder } from '../state/root-folder.js';
import type { Operation } from '../state/staging.js';
import type { ChangedTree } from './changed-tree.js';

/**
 * What has to be done so that the root is as the change has left it. No path is removed and put as the same kind of
 * thing, so that what is repeated, or done by two at once, undoes nothing. What is new comes before the
 * old goes: whoever looks meanwhile finds a moved file twice rather than not at all.
 */
export async function planOperations(tree: ChangedTree, root: RootFolder): Promise<Operation[]> {
  const first: Operation[] = [];
  const puts: Operation[] = [];
  const last: Operation[] = [];
  for (const [path, node] of tree.entries()) {
    const before = await tree.before(path);
    if (node.kind === 'gone') {
      if (before) last.push({ remove: path });
      continue;
    }
    const isFolder = node.kind === 'folder';
    const stays = isFolder && before?.kind === 'folder';
    if (before && isFolder !== (before.kind === 'folder')) first.push({ remove: path });
    if (stays) last.push(...(await leftovers(tree, root, path)));
    else puts.push({ put: path, from: node.staged, isFolder });
  }
  return [...first, ...puts, ...last];
}

/** What was in a folder that was removed and made again, and is not in it any more. */
async function leftovers(tree: ChangedTree, root: RootFolder, folder: string): Promise<Operation[]> {
  const paths = (await root.list(folder)).map(({ name }) => childOf(folder, name));
  return paths.filter((path) => !tree.has(path)).map((path) => ({ remove: path }));
}
