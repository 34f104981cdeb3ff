import { holdOf } from '@nestjs-flamingock/testing';
import { TransactionControlError, ChangeEndedError, FencedError } from '@nestjs-flamingock/core';
import type { Handles, Marker } from '@nestjs-flamingock/core/adapter';
import { Kafka } from 'kafkajs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { KafkaTopic, quietKafka } from '../../../../test/support/kafka-topic.js';
import { adminOf, markerOf, producerOf, TestTargets, transactionOf } from '../fixtures/open.js';
import { FailedSendError, NonTransactionalHandleError, TransactionTimedOutError } from '../kafka.errors.js';
import type { KafkaTargetSystem } from './kafka.target-system.js';

await describeOn(['kafka'], 'a change on Kafka', ({ kafka }) => {
  let topic: KafkaTopic;
  let targets: TestTargets;
  let target: KafkaTargetSystem;

  beforeEach(async () => {
    topic = await KafkaTopic.create(kafka, 3);
    targets = new TestTargets(kafka);
    target = targets.open();
    await target.markers.prepare();
  });
  afterEach(async () => {
    await targets.remove();
    await topic.remove();
  });

  const message = (value: string) => ({ topic: topic.name, messages: [{ value }] });
  const transact = (marker: Marker, work: (handles: Handles) => Promise<void>, on = target) =>
    on.transaction(marker, work, marker);

  it('publishes nothing where sends are on their way when its method returns', async () => {
    const outcome = await transact(markerOf(1), async (handles) => {
      const transaction = transactionOf(handles);
      await transaction.send(message('a'));
      void transaction.send(message('b'));
      void transaction.sendBatch({ topicMessages: [{ topic: topic.name, messages: [{ value: 'c' }] }] });
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: { name: 'UnawaitedStatementsError' } });
    expect(await topic.values()).toEqual([]);
  });

  it.each([
    ['that nobody awaited', (sending: Promise<unknown>) => void sending],
    ['that was caught', (sending: Promise<unknown>) => sending.catch(() => undefined)],
  ])('publishes nothing after a failed send %s', async (_, treat) => {
    const outcome = await transact(markerOf(1), async (handles) => {
      const transaction = transactionOf(handles);
      await transaction.send(message('a'));
      await treat(transaction.send({ topic: topic.name, messages: [{ value: 'b', partition: 99 }] }));
      await transaction.send(message('c')).catch(() => undefined);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(FailedSendError) });
    expect(await topic.values()).toEqual([]);
    expect(await target.markers.read(holdOf(1), 'add-category')).toBeUndefined();
  });

  it('sends one message after the other, also where it begins them together: none after one that failed', async () => {
    const outcome = await transact(markerOf(1), async (handles) => {
      const { send } = transactionOf(handles);
      const failing = send({ topic: topic.name, messages: [{ value: 'a', partition: 99 }] });
      const ends = await Promise.allSettled([failing, send(message('b'))]);
      expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(FailedSendError) });
  });

  it('places each message by its own key, also where it uses one object for all of them', async () => {
    const [placed, expected]: [unknown[], unknown[]] = [[], []];
    const outcome = await transact(markerOf(1), async (handles) => {
      const placeOf = async (sent: { key: string; value: string }) =>
        (await transactionOf(handles).send({ topic: topic.name, messages: [sent] }))[0]?.partition;
      const reused = { key: '', value: 'v' };
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        placed.push(await placeOf(Object.assign(reused, { key })));
        expected.push(await placeOf({ key, value: 'v' }));
      }
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(new Set(expected).size).toBeGreaterThan(1);
    expect(placed).toEqual(expected);
  });

  it('commits offsets with its messages', async () => {
    const admin = quietKafka(kafka).admin();
    await admin.connect();
    const consumerGroupId = `group-of-${topic.name}`;
    const topics = [{ topic: topic.name, partitions: [{ partition: 0, offset: '7' }] }];
    const stored = async () => {
      const [found] = await admin.fetchOffsets({ groupId: consumerGroupId, topics: [topic.name] });
      return found?.partitions.find(({ partition }) => partition === 0)?.offset;
    };
    await transact(markerOf(1), async (handles) => {
      await transactionOf(handles).sendOffsets({ consumerGroupId, topics });
      throw new Error('taken back');
    });
    expect(await stored()).toBe('-1');
    await transact(markerOf(1), (handles) => transactionOf(handles).sendOffsets({ consumerGroupId, topics }));
    await topic.messages();
    expect(await stored()).toBe('7');
    await admin.deleteGroups([consumerGroupId]);
    await admin.disconnect();
  });

  it('is refused whatever its transaction could not take back, by name', async () => {
    const uses: ((handles: Handles) => unknown)[] = [
      (handles) => producerOf(handles).send(message('past the transaction')),
      (handles) => adminOf(handles).listTopics(),
      (handles) => (handles.get(Kafka) as Kafka).producer(),
    ];
    for (const use of uses) {
      const outcome = await transact(markerOf(1), async (handles) => {
        await use(handles);
      });
      expect(outcome).toMatchObject({
        status: 'rolled-back',
        error: expect.any(NonTransactionalHandleError),
      });
      expect(String((outcome as { error: unknown }).error)).toMatch(/"add-category".*"transactional: false"/);
    }
    expect(await topic.values()).toEqual([]);
  });

  it.each(['commit', 'abort'] as const)('may not %s by itself', async (method) => {
    const outcome = await transact(markerOf(1), (handles) => transactionOf(handles)[method]());
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(TransactionControlError) });
  });

  it('cannot use its transaction, nor be told that it is active, after its end', async () => {
    let kept = transactionOf(new Map());
    await transact(markerOf(1), async (handles) => {
      kept = transactionOf(handles);
    });
    expect(kept.isActive()).toBe(false);
    await expect(kept.send(message('late'))).rejects.toBeInstanceOf(ChangeEndedError);
    expect(await topic.values()).toEqual([]);
  });

  it('publishes nothing, and learns it at commit, once a later holder has claimed the target', async () => {
    const outcome = await transact(markerOf(1), async (handles) => {
      await transactionOf(handles).send(message('stale'));
      await targets.open().markers.read(holdOf(2), 'add-category');
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(await topic.values()).toEqual([]);
  });

  it('learns at its next send that a later holder has claimed the target', async () => {
    const outcome = await transact(markerOf(1), async (handles) => {
      await transactionOf(handles).send(message('stale'));
      const next = await transact(
        markerOf(2),
        (others) => transactionOf(others).send(message('fresh')).then(),
        targets.open(),
      );
      expect(next).toEqual({ status: 'committed' });
      await transactionOf(handles).send(message('too late'));
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(await topic.values()).toEqual(['fresh']);
  });

  it('does not lose its open transaction to an earlier holder who comes back', async () => {
    const zombie = targets.open();
    await transact(markerOf(1), async () => {}, zombie);
    const outcome = await transact(markerOf(2), async (handles) => {
      await transactionOf(handles).send(message('kept'));
      const late = await transact(markerOf(1), async () => {}, zombie);
      expect(late).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
      await expect(zombie.markers.read(holdOf(1), 'add-category')).rejects.toBeInstanceOf(FencedError);
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await topic.values()).toEqual(['kept']);
  });

  it('keeps its proof when an earlier holder who comes back clears its own', async () => {
    const zombie = targets.open();
    await transact(markerOf(1), async () => {}, zombie);
    await transact(markerOf(2), async () => {});
    await zombie.markers.clear(holdOf(1), ['add-category']);
    expect(await target.markers.read(holdOf(2), 'add-category')).toEqual(markerOf(2));
  });

  it('lets the highest token have the target when many claim it at once', async () => {
    const tokens = [1, 2, 3, 4, 5, 6];
    const claims = tokens.map((token) => targets.open().markers.read(holdOf(token), 'add-category'));
    const [highest, ...others] = (await Promise.allSettled(claims)).reverse();
    expect(highest?.status).toBe('fulfilled');
    for (const other of others) {
      if (other.status === 'rejected') expect(other.reason).toBeInstanceOf(FencedError);
    }
    await expect(target.markers.read(holdOf(5), 'add-category')).rejects.toBeInstanceOf(FencedError);
  });

  it('is not held up by the open transaction of another service', async () => {
    const other = targets.open();
    const outcome = await transact(markerOf(1), async (handles) => {
      await transactionOf(handles).send(message('a'));
      const theirs = markerOf(1, { service: 'billing' });
      expect(await transact(theirs, async () => {}, other)).toEqual({ status: 'committed' });
    });
    expect(outcome).toEqual({ status: 'committed' });
  });

  it('says that it took too long when the broker has taken it back', async () => {
    const impatient = targets.open({ transactionTimeoutMs: 1_000 });
    const outcome = await transact(
      markerOf(1),
      async (handles) => {
        for (;;) {
          await transactionOf(handles).send(message('slow'));
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      },
      impatient,
    );
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(TransactionTimedOutError) });
    expect(await topic.values()).toEqual([]);
    expect(await transact(markerOf(1), async () => {})).toEqual({ status: 'committed' });
  });

  it('leaves no consumer group behind, after a refusal neither', async () => {
    await target.markers.read(holdOf(2), 'add-category');
    await expect(target.markers.read(holdOf(1), 'add-category')).rejects.toBeInstanceOf(FencedError);
    const admin = quietKafka(kafka).admin();
    await admin.connect();
    const { groups } = await admin.listGroups();
    await admin.disconnect();
    expect(groups.filter(({ groupId }) => groupId.startsWith(targets.markersTopic))).toEqual([]);
  });

  it('writes at once through what a non-transactional change asks for', async () => {
    await target.run(markerOf(1), async (handles) => {
      await producerOf(handles).send(message('at once'));
      expect(await topic.values()).toEqual(['at once']);
      expect(await adminOf(handles).listTopics()).toContain(topic.name);
      expect(handles.get(Kafka)).toBe(target.resource);
      // A habit that must not close what the next change uses.
      await adminOf(handles).disconnect();
    });
    await target.run(markerOf(1), async (handles) => {
      expect(await adminOf(handles).listTopics()).toContain(topic.name);
      await expect(async () => transactionOf(handles).send(message('none'))).rejects.toThrow(
        /"add-category".*"transactional: false"/,
      );
    });
  });
});
