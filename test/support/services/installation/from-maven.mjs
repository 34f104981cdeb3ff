import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './run-to-end.mjs';

/** Java libraries, with all that they need at run time, in `folder`. */
export async function installFromMaven(folder, artifacts) {
  const dependencies = artifacts.map((artifact) => {
    const [group, id, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  const pom = join(folder, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  const options = ['-q', '-B', '-f', pom, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  await runToEnd('mvn', [...options, 'dependency:copy-dependencies']);
}
