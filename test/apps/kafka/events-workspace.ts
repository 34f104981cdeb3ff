import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FixtureOptions } from '../e2e/fixtures/app.module.js';
import { deleteTopic, KafkaTopic, quietKafka } from '../../support/kafka-topic.js';
import { sqliteFile } from '../../support/sql-database.js';
import type { TestDatabase } from '../../support/test-database.js';

/** A history in SQLite, and topics of one test's own. */
export class EventsWorkspace {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-events-'));
  private readonly outbox = join(this.folder, 'outbox.txt');
  private readonly markersTopic = `markers-${randomUUID()}`;

  private constructor(
    private readonly brokers: string,
    private readonly audit: TestDatabase,
    private readonly topic: KafkaTopic,
  ) {}

  static async open(brokers: string): Promise<EventsWorkspace> {
    return new EventsWorkspace(brokers, await sqliteFile(), await KafkaTopic.create(brokers, 3));
  }

  /** What a fixture is told, so that it works here. */
  get options(): FixtureOptions {
    const { brokers, markersTopic } = this;
    return {
      audit: this.audit.options,
      outbox: this.outbox,
      events: { brokers, markersTopic, topic: this.topic.name },
    };
  }

  /** The same for one that is to die or to pause: with a short lease, so that nobody waits long for it. */
  get impatient(): FixtureOptions {
    return { ...this.options, settings: { lock: { leaseMs: 3_000 } } };
  }

  /** What an independent consumer sees that reads what is committed. */
  events(): Promise<(string | undefined)[]> {
    return this.topic.values();
  }

  /** `STATE` of every entry of the change that publishes, in order. */
  async history(): Promise<string[]> {
    const entries = await this.audit.entries('flamingock_');
    return entries.filter(({ changeId }) => changeId === 'announce').map(({ state }) => state);
  }

  /** Consumer groups that the applications have left in Kafka. */
  async groups(): Promise<string[]> {
    const admin = quietKafka(this.brokers).admin();
    await admin.connect();
    const { groups } = await admin.listGroups();
    await admin.disconnect();
    return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(this.markersTopic));
  }

  async remove(): Promise<void> {
    await this.topic.remove();
    await deleteTopic(this.brokers, this.markersTopic);
    await this.audit.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
