import { Change, Execution, Recovery, RecoveryStrategy, TargetSystem } from '@nestjs-flamingock/core';
import { ensureTopics, InjectKafkaAdmin } from '@nestjs-flamingock/kafka';
import { Inject } from '@nestjs/common';
import type { Admin } from 'kafkajs';
import { PRICE_TOPIC } from '../topic.js';

/** Topics are outside any transaction; creating one that is there does nothing. */
@Change({ id: 'create-topic', order: '0001', author: 'team-feed', transactional: false })
@TargetSystem('price-stream')
@Recovery({ strategy: RecoveryStrategy.ALWAYS_RETRY })
export class CreateTopic {
  @Execution()
  async execute(@InjectKafkaAdmin() admin: Admin, @Inject(PRICE_TOPIC) topic: string): Promise<void> {
    await ensureTopics(admin, [{ topic, partitions: 3 }]);
  }
}
