#!/usr/bin/env bash
# kubernetes-models 5.1.0: validate() of an object checks types and required fields, and accepts fields that Kubernetes
# does not have. A misspelt `livenesProbe` of a container, or `replica` of a Deployment, is valid, though it does
# nothing in a cluster; a port that is a text is not. TypeScript refuses the same field in a literal, so whoever checks
# manifests that come as YAML has to compile them as literals, or to look for unknown fields otherwise.
# Needs Node and npm. Exits 0 as long as that is so.
set -euo pipefail
cd "$(mktemp -d)"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund kubernetes-models@5.1.0 typescript@6.0.3

cat >expected.txt <<'E'
as it should be: valid
livenesProbe in place of livenessProbe: valid
replica in place of replicas: valid
a text as port: refused
E
cat >seen.mjs <<'E'
import { Deployment } from 'kubernetes-models/apps/v1';
const labels = { app: 'shop' };
function told(what, spec = {}, container = {}) {
  const containers = [{ name: 'shop', image: 'shop:1', ...container }];
  const template = { metadata: { labels }, spec: { containers } };
  const deployment = new Deployment({
    metadata: { name: 'shop' },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  });
  try {
    deployment.validate();
    console.log(`${what}: valid`);
  } catch {
    console.log(`${what}: refused`);
  }
}
told('as it should be', { replicas: 2 });
told('livenesProbe in place of livenessProbe', {}, { livenesProbe: { httpGet: { path: '/', port: 80 } } });
told('replica in place of replicas', { replica: 2 });
told('a text as port', {}, { ports: [{ containerPort: 'eighty' }] });
E
node seen.mjs | tee seen.txt
diff expected.txt seen.txt

cat >literal.ts <<'E'
import type { IDeployment } from 'kubernetes-models/apps/v1';
export const shop: IDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: { replica: 2, selector: {}, template: {} },
};
E
npx tsc --noEmit --skipLibCheck --module preserve --moduleResolution bundler literal.ts >types.txt && exit 1
grep "'replica' does not exist" types.txt
