import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { FlamingockService } from '@nestjs-flamingock/core';
import { resolveAlerts, type FlamingockAlertsOptions } from './alerts-options.js';

const ALERT_OPTIONS = Symbol('flamingock:alert-options');

/** Options that other providers know, such as the secrets of a `ConfigService`. */
export interface FlamingockAlertsAsyncOptions {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => FlamingockAlertsOptions | Promise<FlamingockAlertsOptions>;
}

/** Sets the channels while Nest builds the application: before any run. */
const alerts: FactoryProvider = {
  provide: Symbol('flamingock:alerts'),
  inject: [ALERT_OPTIONS, FlamingockService],
  useFactory: async (options: FlamingockAlertsOptions, flamingock: FlamingockService) => {
    flamingock.alerts.use(await resolveAlerts(options));
    return null;
  },
};

/**
 * Tells people of trouble with changes, once each: by signed webhook, chat, mail, or a class of the application. Import
 * it once, beside `FlamingockModule`.
 */
@Module({})
export class FlamingockAlertsModule {
  /** Sets alerts up with channels known in code. */
  static forRoot(options: FlamingockAlertsOptions): DynamicModule {
    return moduleWith({ provide: ALERT_OPTIONS, useValue: options });
  }

  /** Sets alerts up with channels that other providers know how to reach. */
  static forRootAsync({
    imports = [],
    inject = [],
    useFactory,
  }: FlamingockAlertsAsyncOptions): DynamicModule {
    const options: FactoryProvider = {
      provide: ALERT_OPTIONS,
      inject,
      useFactory: useFactory as FactoryProvider['useFactory'],
    };
    return { ...moduleWith(options), imports };
  }
}

function moduleWith(options: NonNullable<DynamicModule['providers']>[number]): DynamicModule {
  return { module: FlamingockAlertsModule, providers: [options, alerts] };
}
