import { Logger } from '@nestjs/common';
import { Kafka, logLevel, type KafkaConfig, type logCreator, type LogEntry } from 'kafkajs';

/** A client whose log goes to Nest's, unless `config` sends it elsewhere. */
export function createKafka(config: KafkaConfig): Kafka {
  return new Kafka({ logCreator: logToNest, ...config });
}

/**
 * Lowers kafkajs' levels. It reports as errors what it then tries again, such as the refusals of a
 * coordinator that is still loading; what it gives up on reaches the caller as an error anyway.
 */
export const logToNest: logCreator = () => {
  const logger = new Logger('Kafka');
  return (entry) => {
    if (entry.level === logLevel.WARN) logger.warn(textOf(entry));
    else if (entry.level === logLevel.ERROR) logger.debug(textOf(entry));
    else logger.verbose(textOf(entry));
  };
};

function textOf({ namespace, log: { message, ...rest } }: LogEntry): string {
  const { error, broker } = rest as Readonly<Record<string, unknown>>;
  const details = [error, broker].filter((detail) => typeof detail === 'string' && detail !== message);
  return `[${namespace}] ${[message, ...details].join(', ')}`;
}
