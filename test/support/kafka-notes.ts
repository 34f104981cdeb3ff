import { randomUUID } from 'node:crypto';
import { deleteTopic, KafkaTopic } from './kafka-topic.js';
import type { CreateTarget, TestTarget } from './test-database.js';

/** Messages in a topic of one suite's own, with the markers in another. */
export class KafkaNotes implements TestTarget {
  private readonly markersTopic = `markers-${randomUUID()}`;

  private constructor(
    private readonly brokers: string,
    private readonly topic: KafkaTopic,
  ) {}

  static on(brokers: string): CreateTarget<KafkaNotes> {
    return async () => new KafkaNotes(brokers, await KafkaTopic.create(brokers));
  }

  get options(): TestTarget['options'] {
    const { brokers, markersTopic } = this;
    return { kafka: { brokers, markersTopic, topic: this.topic.name } };
  }

  /** The topic is the one place that there is. */
  createPlace(): Promise<void> {
    return Promise.resolve();
  }

  /** What was sent and not taken back by a later `not …`, each as often as it was sent. */
  async values(): Promise<string[]> {
    const left: string[] = [];
    for (const { value = '' } of await this.topic.messages()) {
      const [, taken] = /^not (.*)$/.exec(value) ?? [];
      if (taken === undefined) left.push(value);
      else left.splice(left.indexOf(taken), 1);
    }
    return left.sort();
  }

  async drop(): Promise<void> {
    await this.topic.remove();
    await deleteTopic(this.brokers, this.markersTopic);
  }
}
