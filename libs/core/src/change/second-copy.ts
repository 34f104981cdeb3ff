import type { InstalledPackage } from '../runtime/node-runtime.js';
import type { ChangeFault } from './change.errors.js';

/** Where a class comes from, as far as it can be found out. */
export type FindPackage = (type: unknown) => InstalledPackage | undefined;

/** Says of a class that nothing provides that another one of its name is provided, and where the two come from. */
export function secondCopy(
  where: string,
  asked: { readonly name: string },
  provided: unknown,
  findPackage: FindPackage,
): ChangeFault {
  const [mine, theirs] = [findPackage(asked), findPackage(provided)];
  const problem = `nothing provides its ${asked.name}: the ${asked.name} that is provided is another class of that name`;
  if (!mine || !theirs) {
    const known = mine ?? theirs;
    const origin = known
      ? `; the one ${mine ? 'it asks for' : 'that is provided'} is of ${described(known)}`
      : '';
    return { where, problem: problem + origin, remedy: remedyFor(known?.name ?? 'PACKAGE') };
  }
  const places = `it asks for that of ${described(mine)}, and what is provided is of ${described(theirs)}`;
  if (mine.name === theirs.name)
    return { where, problem: `${problem}. ${upper(places)}`, remedy: remedyFor(mine.name) };
  const remedy = `Import ${asked.name} from ${theirs.name}, or provide that of ${mine.name}.`;
  return { where, problem: `${problem}. ${upper(places)}`, remedy };
}

function remedyFor(name: string): string {
  return (
    `Have one copy of the package: \`npm ls ${name}\` shows who brings another. Ask for one version in every package.json, ` +
    'in libraries of your own under peerDependencies, then run `npm dedupe`; or name the token with @Inject(TOKEN).'
  );
}

function described({ name, version, folder }: InstalledPackage): string {
  return `${name}${version === undefined ? '' : ` ${version}`} in ${folder}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
