import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import type { Kafka, KafkaConfig } from 'kafkajs';
import { createKafka } from './client/create-kafka.js';
import { KafkaTargetSystem } from './kafka-target.system.js';
import type { KafkaSource, KafkaTargetSystemOptions } from './kafka.options.js';

/**
 * A Kafka cluster as the target system `id`. A transactional change publishes events, which
 * everybody sees together or nobody ever; any other change sets up topics, rights and settings.
 *
 * @example
 * kafkaTargetSystem('catalog-events', { kafka: { clientId: 'inventory', brokers: ['kafka:9092'] } })
 * kafkaTargetSystem('catalog-events', { inject: KAFKA, imports: [KafkaModule] })
 */
export function kafkaTargetSystem(id: string, options: KafkaTargetSystemOptions): TargetSystemDefinition {
  const provide = options.provide && { provide: options.provide };
  if (options.inject !== undefined) {
    const useFactory = (kafka: Kafka) => new KafkaTargetSystem(id, kafka, options);
    const imports = options.imports && { imports: options.imports };
    return { id, ...imports, inject: [options.inject], useFactory, ...provide };
  }
  const useFactory = () => new KafkaTargetSystem(id, clientOf(options), options, brokersOf(options.kafka));
  return { id, useFactory, ...provide };
}

function clientOf({ kafka }: Extract<KafkaSource, { inject?: never }>): Kafka {
  return isClient(kafka) ? kafka : createKafka(kafka);
}

function brokersOf(kafka: Kafka | KafkaConfig): readonly string[] {
  return !isClient(kafka) && Array.isArray(kafka.brokers) ? kafka.brokers : [];
}

/** By what it can do: an application may have a copy of kafkajs of its own. */
function isClient(kafka: Kafka | KafkaConfig): kafka is Kafka {
  return 'producer' in kafka;
}
