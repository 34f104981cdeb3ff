import type { FileEdit, ProjectFiles } from '../project/project-files.js';
import type { Manifest } from '../project/manifest.js';
import type { Wanted } from './install-line.js';

/** What is added to package.json. */
export interface ManifestAdditions extends Wanted {
  /** The compiled root module; `undefined`: it is in a bundle. */
  readonly module: string | undefined;
}

/** Adds to package.json what it does not have; what it has stays. */
export function manifestEdit(
  files: ProjectFiles,
  manifest: Manifest,
  additions: ManifestAdditions,
): FileEdit {
  const before = files.read('package.json') ?? '';
  const { module, dependencies, devDependencies } = additions;
  const after = {
    ...manifest,
    scripts: { flamingock: 'flamingock', ...manifest.scripts },
    dependencies: merged(dependencies, manifest.dependencies, manifest.devDependencies),
    devDependencies: merged(devDependencies, manifest.devDependencies, manifest.dependencies),
    ...(module !== undefined && { flamingock: { module, ...manifest.flamingock } }),
  };
  const scripts = { ...manifest.scripts, ...after.scripts };
  return { path: 'package.json', before, after: written({ ...after, scripts }, before) };
}

/** As npm sorts them; what the other list has is not added. */
function merged(
  wanted: Readonly<Record<string, string>>,
  present: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const missing = Object.entries(wanted).filter(([name]) => !(name in others));
  const all = Object.entries({ ...Object.fromEntries(missing), ...present });
  return Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b, 'en')));
}

function written(document: object, before: string): string {
  const indent = /\n([ \t]+)"/.exec(before)?.[1] ?? '  ';
  const end = /\s*$/.exec(before)?.[0] ?? '\n';
  const text = JSON.stringify(document, undefined, indent);
  return (before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text) + end;
}
