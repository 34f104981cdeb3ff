import type { ProjectFiles } from './project-files.js';

/** What is read of a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly type?: string;
  readonly author?: string | { readonly name?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly flamingock?: { readonly module?: string };
}

/** The package.json at the root of the project. */
export function manifestOf(files: ProjectFiles): Manifest {
  return jsonOf(files.read('package.json')) ?? {};
}

/** The version that a package is wanted in; `undefined`: it is not. */
export function wantedVersion({ dependencies, devDependencies }: Manifest, name: string): string | undefined {
  return dependencies?.[name] ?? devDependencies?.[name];
}

/** The major version of a range such as `^11.0.1`. */
export function majorOf(range: string | undefined): number | undefined {
  const [, major] = /^[^\d]*(\d+)/.exec(range ?? '') ?? [];
  return major === undefined ? undefined : Number(major);
}

/** The document in a JSON file; `undefined` where it cannot be read. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}
