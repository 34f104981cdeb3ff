import { Change, ChangeContext, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import type { ChangeClass } from '@nestjs-flamingock/core';

/** What the changes of a test do, as the test says. */
export class Feed {
  /** True: publishing fails half-way, and cannot be taken back. */
  isBroken = false;
  private reached = 0;
  private readonly waiting: (() => void)[] = [];

  /** Lets the long change go on until it has done so many. */
  letReach(done: number): void {
    this.reached = done;
    this.waiting.splice(0).forEach((goOn) => goOn());
  }

  /** Resolves once the test lets the long change do so many. */
  async untilReached(done: number): Promise<void> {
    while (this.reached < done) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** A change without transaction that fails in the middle, and so does its rollback. */
export function publishing(feed: Feed, id = 'publish-feed'): ChangeClass {
  @Change({ id, order: '0001', author: 'team-events', transactional: false })
  @TargetSystem('catalog-feed')
  class PublishFeed {
    @Execution()
    execute(): void {
      if (feed.isBroken) throw new Error('the feed has closed the connection after 3 of 5 files');
    }

    @RollbackExecution()
    rollback(): void {
      if (feed.isBroken) throw new Error('the feed refuses to delete a file');
    }
  }
  return PublishFeed;
}

/** A change that does ten things, each when the test lets it. */
export function filling(feed: Feed): ChangeClass {
  @Change({ id: 'fill-search', order: '0002', author: 'team-events', transactional: false })
  @TargetSystem('catalog-feed')
  class FillSearch {
    @Execution()
    async execute({ progress }: ChangeContext): Promise<void> {
      for (let done = 0; done < 10; done += 1) {
        progress(done, 10, `part ${done}`);
        await feed.untilReached(done + 1);
      }
    }
  }
  return FillSearch;
}

/** A change that people have to approve, by somebody else than a tester. */
export function dropping(): ChangeClass {
  @Change({
    id: 'drop-legacy-orders',
    order: '0003',
    author: 'carl',
    transactional: false,
    approval: { count: 2 },
  })
  @TargetSystem('catalog-feed')
  class DropLegacyOrders {
    @Execution() execute(): void {}
  }
  return DropLegacyOrders;
}

/** A change that does nothing, and is applied. */
export function applying(id: string, place: number): ChangeClass {
  @Change({ id, order: `0000-${place}`, author: 'team-inventory', transactional: false })
  @TargetSystem('catalog-feed')
  class Applied {
    @Execution() execute(): void {}
  }
  return Applied;
}

/** A change whose target system does not answer. */
export function calling(): ChangeClass {
  @Change({ id: 'call-api', order: '0001', author: 'team-events', transactional: false })
  @TargetSystem('catalog-feed')
  class CallApi {
    @Execution()
    execute(): void {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }

    @RollbackExecution()
    rollback(): void {
      // Nothing was sent.
    }
  }
  return CallApi;
}
