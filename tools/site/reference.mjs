// The API reference as pages: one for each entry of each library, with what it exports.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter } from 'typedoc';

/** What is short enough for the rows of a table. */
const LISTS = ['parameters', 'interfaceProperties', 'classProperties', 'typeDeclaration', 'enumMembers'];

/** Writes it into `folder`, with a plugin that is installed in `home`. Checks of comments are lint's affair. */
export async function writeReference(folder, home) {
  const app = await Application.bootstrapWithPlugins({
    plugin: [join(home, 'node_modules', 'typedoc-plugin-markdown', 'dist', 'index.js')],
    out: folder,
    emit: 'docs',
    validation: false,
    logLevel: 'Warn',
    outputFileStrategy: 'modules',
    excludeScopesInPaths: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    entryFileName: 'index',
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
    ...Object.fromEntries(LISTS.map((name) => [`${name}Format`, 'table'])),
    excludeProtected: true,
    useHTMLAnchors: true,
    anchorPrefix: 'api-',
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => project.children.forEach(nameAsImported));
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc found no entries');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('typedoc could not write the reference');
}

/** `core/src/adapter` is imported as `@nestjs-flamingock/core/adapter`. */
function nameAsImported(module) {
  const [library, , entry] = module.name.split('/');
  const { name } = JSON.parse(readFileSync(join('libs', library, 'package.json'), 'utf8'));
  module.name = entry === undefined ? name : `${name}/${entry}`;
}
