import type { IncomingMessage } from 'node:http';
import { FlamingockDashboardModule } from '@nestjs-flamingock/dashboard';
import { Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import { credentialsOf, PasswordGuard } from './password.guard.js';

/** The dashboard, for whoever knows the password. What somebody does there is recorded under the name they gave. */
@Module({
  imports: [
    FlamingockDashboardModule.forRoot({
      guards: [PasswordGuard],
      actor: (request: IncomingMessage) => credentialsOf(request).name,
    }),
  ],
})
export class DashboardModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Inventory');

  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  onApplicationBootstrap(): void {
    this.logger.log(`Dashboard at /flamingock: any name, password ${this.config.dashboardPassword}`);
  }
}
