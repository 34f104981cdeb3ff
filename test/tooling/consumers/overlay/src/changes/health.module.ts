import { FlamingockAlertsModule, webhookChannel } from '@nestjs-flamingock/alerts';
import { FlamingockOpenTelemetryModule } from '@nestjs-flamingock/opentelemetry';
import { FlamingockHealthIndicator } from '@nestjs-flamingock/terminus';
import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly flamingock: FlamingockHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.flamingock.isHealthy()]);
  }
}

// Nothing listens there: a start is not kept by it.
const webhook = webhookChannel({
  url: 'http://127.0.0.1:9/',
  secrets: [Buffer.alloc(32).toString('base64')],
});

@Module({
  imports: [
    TerminusModule,
    FlamingockOpenTelemetryModule,
    FlamingockAlertsModule.forRoot({ channels: [webhook] }),
  ],
  controllers: [HealthController],
  providers: [FlamingockHealthIndicator],
})
export class HealthModule {}
