import {
  Controller,
  Inject,
  Module,
  UseGuards,
  type DynamicModule,
  type FactoryProvider,
  type Provider,
  type Type,
} from '@nestjs/common';
import { FlamingockService } from '@nestjs-flamingock/core';
import { nodeRuntime } from '@nestjs-flamingock/core/adapter';
import { ACCESS, Access } from './access/access.js';
import { DashboardActions } from './actions/dashboard-actions.js';
import { clientFiles, type ClientFiles } from './assets/client-files.js';
import { DashboardController } from './http/dashboard.controller.js';
import { Views } from './http/views.js';
import { EndingConnections } from './live/ending-connections.js';
import { EventStreams } from './live/event-streams.js';
import { LiveFeed, RUNTIME } from './live/live-feed.js';
import type {
  DashboardAccess,
  FlamingockDashboardAsyncOptions,
  FlamingockDashboardOptions,
} from './options/dashboard-options.js';
import { resolveAccess, resolveRoutes, type ResolvedRoutes } from './options/resolve-options.js';

const GIVEN = Symbol('flamingock:dashboard-options');
const FILES = Symbol('flamingock:dashboard-files');

/**
 * Shows what ran, what runs and what is blocked, and has it settled: a page and its JSON, as an ordinary controller of
 * the application, so that its guards, interceptors, prefix and versioning apply. Import it beside `FlamingockModule`.
 */
@Module({})
export class FlamingockDashboardModule {
  /**
   * Serves the dashboard below `path`, behind these guards.
   *
   * @throws InvalidDashboardOptionsError with every fault, also where neither guards nor `unguarded` are set;
   * DashboardFilesError
   */
  static forRoot(options: FlamingockDashboardOptions): DynamicModule {
    const routes = resolveRoutes(options, 'access');
    return moduleWith(routes, { provide: GIVEN, useValue: options });
  }

  /**
   * The same, with who may do what from other providers. Guards and path are known in code.
   *
   * @throws InvalidDashboardOptionsError, DashboardFilesError
   */
  static forRootAsync(options: FlamingockDashboardAsyncOptions): DynamicModule {
    const { inject = [], useFactory } = options;
    return moduleWith(resolveRoutes(options, 'factory'), {
      provide: GIVEN,
      inject: inject as NonNullable<FactoryProvider['inject']>,
      useFactory: useFactory as FactoryProvider['useFactory'],
    });
  }
}

function moduleWith(routes: ResolvedRoutes, given: Provider): DynamicModule {
  return {
    module: FlamingockDashboardModule,
    imports: [...routes.imports],
    controllers: [controllerOf(routes)],
    providers: [
      given,
      { provide: ACCESS, inject: [GIVEN], useFactory: (options: DashboardAccess) => resolveAccess(options) },
      { provide: FILES, useValue: clientFiles(routes.clientFolder) },
      { provide: RUNTIME, useValue: nodeRuntime },
      Access,
      Views,
      DashboardActions,
      LiveFeed,
      EventStreams,
      EndingConnections,
    ],
  };
}

/** One class for each module: guards and path are written on it. */
function controllerOf({ path, guards }: ResolvedRoutes): Type<DashboardController> {
  @Controller(path)
  @UseGuards(EndingConnections, ...guards)
  class FlamingockDashboardController extends DashboardController {
    constructor(
      @Inject(FlamingockService) protected readonly flamingock: FlamingockService,
      @Inject(Views) protected readonly views: Views,
      @Inject(DashboardActions) protected readonly actions: DashboardActions,
      @Inject(LiveFeed) protected readonly feed: LiveFeed,
      @Inject(EventStreams) protected readonly streams: EventStreams,
      @Inject(FILES) protected readonly files: ClientFiles,
    ) {
      super();
    }
  }
  return FlamingockDashboardController;
}
