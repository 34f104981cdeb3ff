import {
  Change,
  ChangeContext,
  Execution,
  RollbackExecution,
  TargetSystem,
  Verify,
  type Verdict,
} from '@nestjs-flamingock/core';
import { PricingService } from '../../catalog/pricing.service.js';
import { DemoCrash } from '../../feed/demo-crash.js';
import { DemoPace } from '../../feed/demo-pace.js';
import { CatalogFeed } from '../../feed/catalog-feed.js';

/**
 * Publishes one file per currency. No transaction covers a folder, so the change says
 * itself how it is taken back when it fails.
 *
 * When the process dies, nobody is left to take it back. The next start then asks the
 * change how much of it is there. All or nothing of it settles the matter; where only
 * some files are out, shops have read them by then, so a person has to look.
 */
@Change({ id: 'publish-feed', order: '0001', author: 'team-feed' })
@TargetSystem('catalog-feed')
export class PublishFeed {
  @Execution()
  async execute(
    feed: CatalogFeed,
    pricing: PricingService,
    { progress }: ChangeContext,
    crash: DemoCrash,
    pace: DemoPace,
  ): Promise<void> {
    const lists = await pricing.priceLists();
    for (const [done, list] of lists.entries()) {
      progress(done, lists.length, list.currency);
      await feed.publish(list);
      crash.dieIfAskedAfter('publish-feed', list.currency);
      await pace.wait();
    }
  }

  @Verify()
  async verify(feed: CatalogFeed, pricing: PricingService): Promise<Verdict> {
    if ((await feed.published()).length === 0) return 'not-applied';
    for (const list of await pricing.priceLists()) {
      if (!(await feed.holds(list))) return 'partial';
    }
    return 'applied';
  }

  @RollbackExecution()
  async rollback(feed: CatalogFeed): Promise<void> {
    for (const currency of await feed.published()) await feed.withdraw(currency);
  }
}
