import type { ApplicationSource } from './application-source.js';

/** The application that `--module` or package.json names, in a file. */
export const FILES: ApplicationSource = {
  commandLine: 'flamingock',
  takesModule: true,
  async find(option, directory) {
    const [{ findModule }, { importModule }] = await Promise.all([
      import('./module-reference.js'),
      import('./import-module.js'),
    ]);
    const reference = findModule(option, directory);
    return { name: reference.text, load: () => importModule(reference) };
  },
};
