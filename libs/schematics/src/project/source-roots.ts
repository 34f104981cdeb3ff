import { jsonOf } from './manifest.js';
import type { ProjectFiles } from './project-files.js';

/** An application or library of the workspace. */
export interface NestProject {
  /** `undefined`: nest-cli.json has no projects. */
  readonly name: string | undefined;
  readonly isLibrary: boolean;
  /** Folder of its sources. */
  readonly root: string;
  /** Folder of its tsconfig. */
  readonly folder: string;
  /** Whether the build puts it into one file, in which nothing can be found by its path. */
  readonly isBundled: boolean;
}

interface NestCli {
  readonly sourceRoot?: string;
  readonly monorepo?: boolean;
  readonly compilerOptions?: {
    readonly webpack?: boolean;
    readonly builder?: string | { readonly type?: string };
  };
  readonly projects?: Readonly<Record<string, NestCli & { readonly type?: string; readonly root?: string }>>;
}

/** What nest-cli.json says about where the sources are; without it they are in `src`. */
export function projectsOf(files: ProjectFiles): NestProject[] {
  const nest = (jsonOf(files.read('nest-cli.json')) ?? {}) as NestCli;
  const projects = Object.entries(nest.projects ?? {}).map(([name, project]) => ({
    name,
    isLibrary: project.type === 'library',
    root: clean(project.sourceRoot ?? `${project.root ?? name}/src`),
    folder: clean(project.root ?? ''),
    isBundled: isBundled(project) ?? isBundled(nest) ?? nest.monorepo === true,
  }));
  if (projects.some(({ isLibrary }) => !isLibrary)) return projects;
  const root = clean(nest.sourceRoot ?? 'src');
  return [
    { name: undefined, isLibrary: false, root, folder: '', isBundled: isBundled(nest) ?? false },
    ...projects,
  ];
}

/** `undefined`: it does not say. */
function isBundled({ compilerOptions = {} }: NestCli): boolean | undefined {
  const { builder, webpack } = compilerOptions;
  const type = typeof builder === 'object' ? builder.type : builder;
  return type === undefined ? webpack : ['webpack', 'rspack'].includes(type);
}

function clean(path: string): string {
  return path.replace(/^\.\/|\/$/g, '').replace(/^\.$/, '');
}
