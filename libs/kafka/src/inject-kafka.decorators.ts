import { Inject } from '@nestjs/common';

/** Token of the `Transaction` that a Kafka target system lends to a transactional change. */
export const KAFKA_TRANSACTION: unique symbol = Symbol('@nestjs-flamingock/kafka:Transaction');

/** Token of the `Admin` that a Kafka target system lends to a non-transactional change. */
export const KAFKA_ADMIN: unique symbol = Symbol('@nestjs-flamingock/kafka:Admin');

/** Token of the `Producer` that a Kafka target system lends to a non-transactional change. */
export const KAFKA_PRODUCER: unique symbol = Symbol('@nestjs-flamingock/kafka:Producer');

/** Asks for the change's `Transaction`, which kafkajs declares as a type only. */
export function InjectKafkaTransaction(): ParameterDecorator {
  return Inject(KAFKA_TRANSACTION);
}

/** Asks for a connected `Admin`, which kafkajs declares as a type only. */
export function InjectKafkaAdmin(): ParameterDecorator {
  return Inject(KAFKA_ADMIN);
}

/** Asks for a connected `Producer`, which kafkajs declares as a type only. */
export function InjectKafkaProducer(): ParameterDecorator {
  return Inject(KAFKA_PRODUCER);
}
