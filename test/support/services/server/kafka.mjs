import { randomUUID } from 'node:crypto';
import { findBinaries } from '../binaries.mjs';
import { freePort } from '../free-port.mjs';
import { installFromMaven } from '../installation/from-maven.mjs';
import { installedFolder, isInstalled } from '../installed.mjs';
import { ServerMissingError } from '../server-missing.error.mjs';

const VERSION = '4.4.0';

/** A one-node Kafka (KRaft) that flushes every message. Its URL is its list of brokers. */
export const kafka = {
  name: 'kafka',
  title: 'Kafka',
  variable: 'KAFKA_BROKERS',
  package: 'Java 17 and Kafka (npm run services -- install)',
  version: VERSION,
  needs: [],

  install: (folder) =>
    installFromMaven(folder, [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.slf4j:slf4j-reload4j:1.7.36']),

  find() {
    const { java } = findBinaries(kafka, ['java']);
    if (isInstalled(kafka)) return { java, libraries: installedFolder(kafka) };
    throw new ServerMissingError(kafka, 'its libraries are not installed');
  },

  async start({ folder, port, programs: { java, libraries }, settings: more = '' }) {
    const controller = await freePort();
    const settings = folder.write('server.properties', settingsFor(folder, port, controller) + more);
    const log = folder.write('log4j.properties', LOG);
    const jvm = [
      '-Xmx384m',
      '-XX:TieredStopAtLevel=1',
      `-Dlog4j.configuration=file:${log}`,
      '-cp',
      `${libraries}/*`,
    ];
    // With "=", because an id may begin with a dash.
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId()}`, '-c', settings];
    await folder.run(java, [...jvm, ...format]);
    const serve = () => folder.serve(java, [...jvm, 'kafka.Kafka', settings], 'SIGTERM');
    return { url: `127.0.0.1:${port}`, serving: serve(), serveAgain: serve };
  },

  async ready(brokers) {
    const { Kafka, logLevel } = await import('kafkajs');
    const client = new Kafka({
      brokers: brokers.split(','),
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      retry: { retries: 0 },
    });
    const admin = client.admin();
    try {
      await admin.connect();
      if ((await admin.describeCluster()).brokers.length === 0)
        throw new Error('no broker has registered yet');
    } finally {
      await admin.disconnect();
    }
  },

  compose: { port: 9092, announced: true, url: (address) => address },
};

const settingsFor = (folder, port, controller) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${folder.file('data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
log.flush.interval.messages=1
auto.create.topics.enable=false
`;

const LOG = `log4j.rootLogger=WARN, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d %p %m (%c)%n
`;

/** A UUID as Kafka writes them. */
const clusterId = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
