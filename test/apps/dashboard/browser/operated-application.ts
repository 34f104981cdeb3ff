import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import {
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  FlamingockModule,
  FlamingockService,
  nonTransactionalTargetSystem,
  type AlertChannel,
  type ChangeClass,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { FlamingockAlertsModule } from '@nestjs-flamingock/alerts';
import { FlamingockDashboardModule } from '@nestjs-flamingock/dashboard';
import { auditStoreOn, databaseModule, targetSystemOn } from '../../../support/fixtures/database.js';
import { sqliteFile } from '../../../support/sql-database.js';
import type { CreateDatabase, TestDatabase } from '../../../support/test-database.js';

/** Somebody signed in who may read, and nothing else. */
export const READER = 'rita the reader';

/** Lets in whoever has a name. */
@Injectable()
class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (userOf(context.switchToHttp().getRequest<IncomingMessage>()) === undefined)
      throw new UnauthorizedException('Sign in first.');
    return true;
  }
}

class OperatedModule {}

/** What an application is made of. */
export interface OperatedOptions {
  readonly changes: readonly ChangeClass[];
  readonly settings?: FlamingockSettings;
  readonly service?: string;
  readonly stage?: string;
  /** Target systems without transactions besides `catalog-feed`. */
  readonly targets?: readonly string[];
  readonly channels?: readonly AlertChannel[];
  /** @default a file of SQLite */
  readonly on?: CreateDatabase;
}

/** An application with a dashboard, that applies its changes when it is told to. */
export class OperatedApplication {
  private isOpen = true;

  private constructor(
    private readonly app: INestApplication,
    private readonly database: TestDatabase,
    /** Where the dashboard is, with a slash at its end. */
    readonly url: string,
  ) {}

  static async open(options: OperatedOptions): Promise<OperatedApplication> {
    const database = await (options.on ?? sqliteFile)();
    const root = operatedModule(options, database);
    const app = await NestFactory.create(root, { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    return new OperatedApplication(app, database, `http://127.0.0.1:${port}/flamingock/`);
  }

  get flamingock(): FlamingockService {
    return this.app.get(FlamingockService);
  }

  /** Applies what is pending; resolves with the error where that fails. */
  async execute(): Promise<unknown> {
    return this.flamingock.execute().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Ends the application; its database stays. */
  async end(): Promise<void> {
    if (this.isOpen) await this.app.close();
    this.isOpen = false;
  }

  async close(): Promise<void> {
    await this.end();
    await this.database.drop();
  }
}

function operatedModule(options: OperatedOptions, { options: on }: TestDatabase): DynamicModule {
  const {
    changes,
    settings = {},
    service = 'inventory',
    stage = 'main',
    targets = [],
    channels = [],
  } = options;
  return {
    module: OperatedModule,
    imports: [
      databaseModule(on),
      FlamingockModule.forRoot({
        service,
        auditStore: auditStoreOn(on),
        targetSystems: [
          targetSystemOn('inventory-db', on, {}),
          ...['catalog-feed', ...targets].map((id) => nonTransactionalTargetSystem(id)),
        ],
        runAt: 'manual',
        ...settings,
      }),
      FlamingockModule.forFeature({ stage, changes }),
      FlamingockAlertsModule.forRoot({ channels, retry: { attempts: 1 } }),
      FlamingockDashboardModule.forRoot({
        guards: [SignedIn],
        actor: (request: unknown) => ({
          kind: 'human',
          name: userOf(request as IncomingMessage) ?? 'nobody',
        }),
        can: ({ name }: { readonly name: string }) => name !== READER,
      }),
    ],
  };
}

function userOf({ headers }: IncomingMessage): string | undefined {
  const [, name] = /(?:^|; )user=([^;]+)/.exec(headers.cookie ?? '') ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
}
