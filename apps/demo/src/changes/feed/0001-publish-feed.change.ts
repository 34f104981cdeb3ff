import { Change, ChangeContext, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { PricingService } from '../../catalog/pricing.service.js';
import { DemoCrash } from '../../feed/demo-crash.js';
import { DemoPace } from '../../feed/demo-pace.js';
import { CatalogFeed } from '../../feed/catalog-feed.js';

/**
 * Publishes one file per currency. No transaction covers a folder, so the change says
 * itself how it is taken back when it fails.
 *
 * When the process dies, nobody is left to take it back. Shops have read what is out by
 * then, so somebody has to look before it is published again: this change does not
 * declare `ALWAYS_RETRY`.
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
      if (list.currency === 'EUR') crash.dieIfAskedIn('publish-feed');
      await pace.wait();
    }
  }

  @RollbackExecution()
  async rollback(feed: CatalogFeed): Promise<void> {
    for (const currency of await feed.published()) await feed.withdraw(currency);
  }
}
