// What the manifests of all libraries say alike: one repository, one version, and ranges that agree with it.
// The root's manifest is the one place of each.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { manifest } from './pack.mjs';

const root = manifest('.');

/** Where the repository is looked at. */
export const REPOSITORY = root.repository.url.replace(/^git\+|\.git$/g, '');
const SCOPE = '@nestjs-flamingock/';
const RANGES = ['dependencies', 'peerDependencies', 'devDependencies'];

/** What a library's manifest has besides what is its own. */
export function sharedFields(folder) {
  return {
    version: root.version,
    homepage: `${REPOSITORY}/tree/main/${folder}#readme`,
    bugs: root.bugs,
    repository: { ...root.repository, directory: folder },
    license: root.license,
    author: root.author,
    engines: root.engines,
    // npm signs where and from what a package was built; only the workflow that publishes can.
    publishConfig: { access: 'public', provenance: true },
  };
}

/** The same manifest, with what all have alike and with ranges of the present version. */
export function alike(folder) {
  const fields = { ...manifest(folder), ...sharedFields(folder) };
  for (const kind of RANGES.filter((one) => fields[one])) {
    const entries = Object.entries(fields[kind]).map(([name, range]) => [name, rangeOf(name, range)]);
    fields[kind] = Object.fromEntries(entries);
  }
  return fields;
}

/** Of ours the present version, `^` or exactly, as it was. */
function rangeOf(name, range) {
  if (!name.startsWith(SCOPE)) return range;
  return `${range.startsWith('^') ? '^' : ''}${root.version}`;
}

/** Sources that say the version, because a compiled package cannot ask its manifest. */
export const VERSIONED = [
  'libs/cli/src/version.ts',
  'libs/core/src/version.ts',
  'libs/schematics/src/version.ts',
];

/** What is not alike. */
export function manifestFaults(folder) {
  const present = manifest(folder);
  const wanted = alike(folder);
  const fields = Object.keys(wanted).filter(
    (key) => JSON.stringify(present[key]) !== JSON.stringify(wanted[key]),
  );
  const name = `${SCOPE}${basename(folder)}`;
  return [
    ...(present.name === name ? [] : [`package.json: its name is not ${name}`]),
    ...fields.map(
      (key) => `package.json: ${key} is not ${JSON.stringify(wanted[key])}: node tools/release.mjs`,
    ),
    ...VERSIONED.filter((file) => file.startsWith(`${folder}/`)).flatMap(versionFault),
  ];
}

function versionFault(file) {
  return readFileSync(file, 'utf8').includes(`'${root.version}'`) ? [] : [`${file} has another version`];
}
