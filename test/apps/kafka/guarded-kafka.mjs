import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../../support/services/free-port.mjs';
import { end } from '../../support/services/processes.mjs';
import { ServerFolder } from '../../support/services/server-folder.mjs';
import { kafka } from '../../support/services/server/kafka.mjs';
import { waitUntilReady } from '../../support/services/wait-until-ready.mjs';

const LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';

/** `admin` may do anything, the user `inventory` what it is granted; passwords are the names. */
const SETTINGS = `listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.plaintext.plain.sasl.jaas.config=${LOGIN} username="admin" password="admin" user_admin="admin" user_inventory="inventory";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
`;

/** A Kafka of one test's own, from installed programs, that asks who one is, and can be restarted. */
export class GuardedKafka {
  #parent = mkdtempSync(join(tmpdir(), 'flamingock-guarded-'));
  #folder = new ServerFolder(this.#parent, 'kafka', {});
  #running;

  static async start() {
    const server = new GuardedKafka();
    server.#running = await kafka.start({
      folder: server.#folder,
      port: await freePort(),
      programs: kafka.find(),
      settings: SETTINGS,
    });
    await server.#ready();
    return server;
  }

  /** Settings of a client that logs in as `user`. */
  configOf(user) {
    return {
      brokers: [this.#running.url],
      sasl: { mechanism: 'plain', username: user, password: user },
      logLevel: logLevel.NOTHING,
    };
  }

  /** Ends the server and starts it again on the same data and port. */
  async restart() {
    await this.#stop();
    this.#running.serving = this.#running.serveAgain();
    await this.#ready();
  }

  async remove() {
    await this.#stop();
    rmSync(this.#parent, { recursive: true });
  }

  #stop() {
    const { pid, signal } = this.#running.serving;
    return end(pid, this.#folder.path, signal);
  }

  #ready() {
    const ready = async () => {
      const admin = new Kafka({ ...this.configOf('admin'), retry: { retries: 0 } }).admin();
      try {
        await admin.connect();
        await admin.listTopics();
      } finally {
        await admin.disconnect();
      }
    };
    const server = { title: kafka.title, ready };
    return waitUntilReady(server, this.#running.url, { dead: () => this.#running.serving.ended });
  }
}
