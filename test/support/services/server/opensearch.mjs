import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '../binaries.mjs';
import { installFromMaven } from '../installation/from-maven.mjs';
import { runToEnd } from '../installation/run-to-end.mjs';
import { installedFolder, isInstalled } from '../installed.mjs';
import { ServerMissingError } from '../server-missing.error.mjs';

const VERSION = '2.19.6';
const ARTIFACTS = [
  `org.opensearch:opensearch:${VERSION}`,
  ...['transport-netty4-client', 'reindex-client', 'lang-painless', 'analysis-common'].map(
    (plugin) => `org.opensearch.plugin:${plugin}:${VERSION}`,
  ),
  // Left out by the server's own dependencies, which it does not start without.
  'org.apache.logging.log4j:log4j-core:2.25.4',
  // A compiler that needs no more than a Java runtime.
  'org.eclipse.jdt:ecj:3.33.0',
];
const MAIN_CLASS = fileURLToPath(new URL('opensearch/OpenSearchNode.java', import.meta.url));

/** One OpenSearch node, without the security plugin, from the libraries that Maven Central has of it. */
export const opensearch = {
  name: 'opensearch',
  title: 'OpenSearch',
  variable: 'OPENSEARCH_URL',
  package: 'Java 17 and OpenSearch (npm run services -- install)',
  version: VERSION,
  needs: [],

  async install(folder) {
    await installFromMaven(folder, ARTIFACTS);
    const jars = readdirSync(folder).filter((name) => name.endsWith('.jar'));
    const compiler = 'org.eclipse.jdt.internal.compiler.batch.Main';
    const path = jars.map((name) => join(folder, name)).join(':');
    const options = ['--release', '17', '-nowarn', '-classpath', path, '-d', join(folder, 'classes')];
    await runToEnd('java', ['-cp', path, compiler, ...options, MAIN_CLASS]);
  },

  find() {
    const { java } = findBinaries(opensearch, ['java']);
    if (isInstalled(opensearch)) return { java, libraries: installedFolder(opensearch) };
    throw new ServerMissingError(opensearch, 'its libraries are not installed');
  },

  async start({ folder, port, programs: { java, libraries } }) {
    const jvm = [
      '-Xms256m',
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${libraries}/classes:${libraries}/*`,
    ];
    const serve = () => folder.serve(java, [...jvm, 'OpenSearchNode', String(port), folder.path], 'SIGTERM');
    return { url: `http://127.0.0.1:${port}`, serving: serve(), serveAgain: serve };
  },

  async ready(url) {
    const health = `${url}/_cluster/health?wait_for_status=yellow&timeout=1s`;
    const answer = await fetch(health);
    if (!answer.ok) throw new Error(`its health is answered with ${answer.status}`);
  },

  compose: { port: 9200, url: (address) => `http://${address}` },
};
