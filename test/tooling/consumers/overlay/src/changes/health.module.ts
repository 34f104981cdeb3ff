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

@Module({
  imports: [TerminusModule, FlamingockOpenTelemetryModule],
  controllers: [HealthController],
  providers: [FlamingockHealthIndicator],
})
export class HealthModule {}
