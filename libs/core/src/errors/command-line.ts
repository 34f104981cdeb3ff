/** The variable that says how the command line is called, where messages are to print another one than by default. */
export const CLI_VARIABLE = 'FLAMINGOCK_CLI';

/** The variable that says for whom the command writes: a name, or `agent:` and a name. */
export const ACTOR_VARIABLE = 'FLAMINGOCK_ACTOR';

/** Commands that a pipeline may give without the digest of what they do, as `undo, audit fix`. */
export const CI_ALLOW_VARIABLE = 'FLAMINGOCK_CI_ALLOW';

/**
 * By default it names our package, since in the registry the name of the binary alone may be that of another package,
 * and `--no` keeps npx from fetching either where it is not installed.
 */
const INSTALLED = 'npx --no @nestjs-flamingock/cli';

/** How the command line is called. An application whose code is one bundle has an entry of its own instead. */
export function commandLine(): string {
  // Written out, so that a bundler can put a text in its place.
  const told = process.env['FLAMINGOCK_CLI']?.trim() ?? '';
  return told === '' ? INSTALLED : told;
}
