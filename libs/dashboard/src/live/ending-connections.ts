import { Injectable, type CanActivate, type ExecutionContext, type OnModuleDestroy } from '@nestjs/common';
import { endConnectionAfter, type PlatformResponse } from '../request/exchange.js';

/**
 * Ends connections with their next answer once the application ends. A server that listens no more still answers on
 * those that are kept, and a page that asks every few seconds would keep it from ending for ever.
 */
@Injectable()
export class EndingConnections implements CanActivate, OnModuleDestroy {
  private isOver = false;

  canActivate(context: ExecutionContext): boolean {
    if (this.isOver) endConnectionAfter(context.switchToHttp().getResponse<PlatformResponse>());
    return true;
  }

  onModuleDestroy(): void {
    this.isOver = true;
  }
}
