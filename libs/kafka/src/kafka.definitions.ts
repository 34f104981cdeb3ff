import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  tokenName,
  type AdapterHost,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import type { Kafka, KafkaConfig } from 'kafkajs';
import { createKafka } from './connection/create-kafka.js';
import { KafkaTargetSystem } from './target/kafka.target-system.js';
import type { KafkaSource, KafkaTargetSettings, KafkaTargetSystemOptions } from './kafka.options.js';

/**
 * A Kafka cluster as the target system `id`. A transactional change publishes events, which
 * consumers see all together or never; any other change sets up topics, rights and settings.
 *
 * @example
 * kafkaTargetSystem('catalog-events', { kafka: { clientId: 'inventory', brokers: ['kafka:9092'] } })
 * kafkaTargetSystem('catalog-events', { inject: KAFKA, imports: [KafkaModule] })
 */
export function kafkaTargetSystem(id: string, options: KafkaTargetSystemOptions): TargetSystemDefinition {
  const { inject, imports, provide } = optionsOf(options);
  const common = { id, faults: faultsOf(id, options), ...(provide && { provide }) };
  if (inject === undefined) {
    const own = options as OwnClient;
    const useFactory = (host: AdapterHost) =>
      new KafkaTargetSystem(id, clientOf(own), own, { brokers: brokersOf(own.kafka), host });
    return { ...common, inject: [FLAMINGOCK_ADAPTER_HOST], useFactory };
  }
  return {
    ...common,
    ...(imports && { imports }),
    inject: [inject, FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      `kafkaTargetSystem('${id}') injects ${tokenName(inject)}, which nothing provides: write ` +
      `kafkaTargetSystem('${id}', { inject: TOKEN, imports: [ItsModule] }) with the token of the application's client`,
    useFactory: (kafka: Kafka, host: AdapterHost) => new KafkaTargetSystem(id, kafka, options, { host }),
  };
}

const OPTIONS: OptionNames<KafkaTargetSystemOptions> = {
  kafka: true,
  inject: true,
  imports: true,
  markersTopic: true,
  markersReplicationFactor: true,
  transactionTimeoutMs: true,
  createPartitioner: true,
  provide: true,
};

function faultsOf(id: string, options: KafkaTargetSystemOptions): string[] {
  const { inject, kafka } = optionsOf(options);
  const call = `kafkaTargetSystem('${id}')`;
  if (inject !== undefined || isObject(kafka)) return optionFaults(call, options, OPTIONS);
  return [
    ...optionFaults(call, options, OPTIONS),
    `${call} has no client: write kafkaTargetSystem('${id}', { kafka: { clientId: 'app', brokers: ['kafka:9092'] } }), ` +
      "or { inject: TOKEN, imports: [ItsModule] } for the application's own",
  ];
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

type OwnClient = Extract<KafkaSource, { inject?: never }> & KafkaTargetSettings;

function clientOf({ kafka }: OwnClient): Kafka {
  return isClient(kafka) ? kafka : createKafka(kafka);
}

function brokersOf(kafka: Kafka | KafkaConfig): readonly string[] {
  return !isClient(kafka) && Array.isArray(kafka.brokers) ? kafka.brokers : [];
}

/** By its methods, not its class: an application may have another copy of kafkajs. */
function isClient(kafka: Kafka | KafkaConfig): kafka is Kafka {
  return 'producer' in kafka;
}
