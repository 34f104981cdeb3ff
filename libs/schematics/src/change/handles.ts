/** What a change of a target system is given, and what has to be imported for it. */
export interface Handle {
  readonly parameters: string;
  readonly imports: readonly string[];
}

/** What is known of the target systems that a function makes. */
export interface TargetKind {
  /** Whether it can run a change in a transaction; `undefined`: it is an application's own, nobody knows. */
  readonly hasTransactions: boolean | undefined;
  readonly transactional: Handle;
  readonly other: Handle;
}

const NOTHING: Handle = { parameters: '', imports: [] };

const MANAGER: Handle = {
  parameters: 'manager: EntityManager',
  imports: ["import { EntityManager } from 'typeorm';"],
};

const FILES: Handle = {
  parameters: 'files: Files',
  imports: ["import { Files } from '@nestjs-flamingock/files';"],
};

const S3_OBJECTS: Handle = {
  parameters: 'objects: S3Objects',
  imports: ["import { S3Objects } from '@nestjs-flamingock/s3';"],
};

/** By the function that makes the target system. Interfaces are asked for by their decorators. */
const KINDS: Readonly<Record<string, TargetKind>> = {
  typeOrmTargetSystem: { hasTransactions: true, transactional: MANAGER, other: MANAGER },
  mongooseTargetSystem: {
    hasTransactions: true,
    transactional: {
      parameters: '@InjectConnection() connection: Connection, @InjectClientSession() session: ClientSession',
      imports: [
        "import { InjectClientSession } from '@nestjs-flamingock/mongoose';",
        "import { InjectConnection } from '@nestjs/mongoose';",
        "import type { ClientSession, Connection } from 'mongoose';",
      ],
    },
    other: {
      parameters: '@InjectConnection() connection: Connection',
      imports: [
        "import { InjectConnection } from '@nestjs/mongoose';",
        "import type { Connection } from 'mongoose';",
      ],
    },
  },
  kafkaTargetSystem: {
    hasTransactions: true,
    transactional: {
      parameters: '@InjectKafkaTransaction() transaction: Transaction',
      imports: [
        "import { InjectKafkaTransaction } from '@nestjs-flamingock/kafka';",
        "import type { Transaction } from 'kafkajs';",
      ],
    },
    other: {
      parameters: '@InjectKafkaAdmin() admin: Admin',
      imports: [
        "import { InjectKafkaAdmin } from '@nestjs-flamingock/kafka';",
        "import type { Admin } from 'kafkajs';",
      ],
    },
  },
  redisTargetSystem: {
    hasTransactions: true,
    transactional: {
      parameters: 'redis: Redis, @InjectRedisTransaction() transaction: ChainableCommander',
      imports: [
        "import { InjectRedisTransaction } from '@nestjs-flamingock/redis';",
        "import { Redis } from 'ioredis';",
        "import type { ChainableCommander } from 'ioredis';",
      ],
    },
    other: { parameters: 'redis: Redis', imports: ["import { Redis } from 'ioredis';"] },
  },
  fileSystemTargetSystem: { hasTransactions: true, transactional: FILES, other: FILES },
  s3TargetSystem: { hasTransactions: true, transactional: S3_OBJECTS, other: S3_OBJECTS },
  openSearchTargetSystem: {
    hasTransactions: true,
    transactional: {
      parameters: 'indices: SearchIndices, client: Client',
      imports: [
        "import { SearchIndices } from '@nestjs-flamingock/opensearch';",
        "import { Client } from '@opensearch-project/opensearch';",
      ],
    },
    other: {
      parameters: 'client: Client',
      imports: ["import { Client } from '@opensearch-project/opensearch';"],
    },
  },
  nonTransactionalTargetSystem: { hasTransactions: false, transactional: NOTHING, other: NOTHING },
};

const UNKNOWN: TargetKind = { hasTransactions: undefined, transactional: NOTHING, other: NOTHING };

/** What is known of the target systems that `factory` makes. */
export function kindOf(factory: string | undefined): TargetKind {
  return (factory === undefined ? undefined : KINDS[factory]) ?? UNKNOWN;
}
