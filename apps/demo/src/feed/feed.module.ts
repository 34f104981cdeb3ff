import { Module } from '@nestjs/common';
import { CatalogFeed } from './catalog-feed.js';
import { DemoCrash } from './demo-crash.js';
import { DemoPace } from './demo-pace.js';

/** The price feed for shops. */
@Module({ providers: [CatalogFeed, DemoCrash, DemoPace], exports: [CatalogFeed, DemoCrash, DemoPace] })
export class FeedModule {}
