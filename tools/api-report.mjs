// npm run lint:api [-- --write]: the public signatures of each entry of each library, as docs/api has them. A change of the
// surface shows in the diff of a commit: without --write, a report that differs fails.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { libraries, manifest } from './pack.mjs';

const FOLDER = resolve('docs', 'api');

const isWrite = process.argv.includes('--write');
mkdirSync(FOLDER, { recursive: true });
const differing = libraries.flatMap((folder) => entriesOf(folder).filter((entry) => differs(folder, entry)));
if (differing.length > 0) {
  console.log(
    'The public API differs from docs/api. If that is meant: npm run lint:api -- --write, and commit it.',
  );
  process.exitCode = 1;
}

function entriesOf(folder) {
  return Object.values(manifest(folder).exports).flatMap(({ types }) => (types ? [types] : []));
}

function differs(folder, types) {
  const stem = types.replace('./dist/', '').replace('.d.ts', '');
  const library = folder.replace(/^libs./, '');
  const { apiReportChanged } = Extractor.invoke(
    configOf(folder, types, stem === 'index' ? library : `${library}.${stem}`),
    { localBuild: isWrite, messageCallback: quiet },
  );
  if (apiReportChanged && !isWrite) console.log(`differs: ${library}, ${types}`);
  return apiReportChanged && !isWrite;
}

function configOf(folder, types, name) {
  const ignored = { logLevel: ExtractorLogLevel.None };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve(folder, 'package.json'),
    configObject: {
      projectFolder: resolve(folder),
      mainEntryPointFilePath: resolve(folder, types),
      compiler: { tsconfigFilePath: resolve(folder, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: FOLDER,
        reportTempFolder: resolve('.tmp', 'api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: ignored },
        tsdocMessageReporting: { default: ignored },
      },
    },
  });
}

/** Only what is wrong with the build; a difference is told once, at the end. */
function quiet(message) {
  message.handled = message.logLevel !== ExtractorLogLevel.Error;
}
