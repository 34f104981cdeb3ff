import type { KafkaConfig } from 'kafkajs';

/** A Kafka of one test's own, from installed programs, that asks who one is, and can be restarted. */
export declare class GuardedKafka {
  /** @throws where the programs are not installed */
  static start(): Promise<GuardedKafka>;
  /** Settings of a client that logs in as `admin`, who may do anything, or as `inventory`, who may do nothing. */
  configOf(user: 'admin' | 'inventory'): KafkaConfig;
  /** Ends the server and starts it again on the same data and port. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}
