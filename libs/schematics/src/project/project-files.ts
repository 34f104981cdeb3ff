/** The files of a project, by paths from its root, with forward slashes. */
export interface ProjectFiles {
  /** The text of a file; `undefined`: there is none. */
  read(path: string): string | undefined;
  /** What is in a folder; nothing where there is none. */
  list(folder: string): FolderEntries;
}

/** Names in a folder. */
export interface FolderEntries {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** One file that is to be written. */
export interface FileEdit {
  readonly path: string;
  /** Its text so far; `undefined`: it is new. */
  readonly before: string | undefined;
  readonly after: string;
}

const FOREIGN = ['node_modules', 'dist', 'coverage'];

/** TypeScript sources below a folder; declarations and tests are none. */
export function sourcesBelow(files: ProjectFiles, folder: string): string[] {
  const { files: names, folders } = files.list(folder);
  const own = names.filter((name) => /(?<!\.d|\.spec|\.test|\.e2e-spec)\.ts$/.test(name));
  const inner = folders.filter((name) => !FOREIGN.includes(name) && !name.startsWith('.'));
  return [
    ...own.map((name) => joined(folder, name)),
    ...inner.flatMap((name) => sourcesBelow(files, joined(folder, name))),
  ];
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
