import { FlamingockDashboardModule } from '@nestjs-flamingock/dashboard';
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';

interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

@Injectable()
export class OperatorGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<Request>().headers['x-operator'] !== undefined;
  }
}

@Module({
  imports: [
    FlamingockDashboardModule.forRoot({
      guards: [OperatorGuard],
      actor: ({ headers }: Request) => headers['x-operator'],
    }),
  ],
})
export class DashboardModule {}
