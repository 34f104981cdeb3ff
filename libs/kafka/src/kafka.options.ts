import type { InjectionToken, ModuleMetadata } from '@nestjs/common';
import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import type { ICustomPartitioner, Kafka, KafkaConfig } from 'kafkajs';

/** Where the Kafka client comes from: exactly one of the two. */
export type KafkaSource =
  | {
      /** The application's client, or the settings for one that is made for this target system. */
      readonly kafka: Kafka | KafkaConfig;
      readonly inject?: never;
      readonly imports?: never;
    }
  | {
      /** Token under which Nest's container has the application's `Kafka`. */
      readonly inject: InjectionToken<Kafka>;
      /** The module that exports it, unless that is a global one. */
      readonly imports?: NonNullable<ModuleMetadata['imports']>;
      readonly kafka?: never;
    };

/** Everything about {@link kafkaTargetSystem} but its client. */
export interface KafkaTargetSettings {
  /**
   * Topic of the markers. The consumer groups and transactional ids of this target begin with its name, too.
   * Do not change it while a change is unfinished.
   *
   * @default 'flamingock-markers'
   */
  readonly markersTopic?: string;
  /**
   * Replicas of the markers topic, where it has to be created.
   *
   * @default 3, or the number of brokers if there are fewer
   */
  readonly markersReplicationFactor?: number;
  /**
   * Milliseconds from the first message of a change to its commit, after which the broker takes its
   * messages back. At most the broker's `transaction.max.timeout.ms`.
   *
   * @default 60000
   */
  readonly transactionTimeoutMs?: number;
  /**
   * Chooses the partitions of a change's messages.
   *
   * @default `Partitioners.DefaultPartitioner` of kafkajs
   */
  readonly createPartitioner?: ICustomPartitioner;
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options of {@link kafkaTargetSystem}. */
export type KafkaTargetSystemOptions = KafkaSource & KafkaTargetSettings;

/** Settings with their defaults. */
export interface ResolvedKafkaSettings {
  readonly markersTopic: string;
  readonly markersReplicationFactor: number | undefined;
  readonly transactionTimeoutMs: number;
  readonly createPartitioner: ICustomPartitioner;
}
