import { Module } from '@nestjs/common';
import { CatalogFeed } from './catalog-feed.js';
import { DemoCrash } from './demo-crash.js';

/** The price feed for shops. */
@Module({ providers: [CatalogFeed, DemoCrash], exports: [CatalogFeed, DemoCrash] })
export class FeedModule {}
