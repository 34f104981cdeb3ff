import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import type { Actor } from '@nestjs-flamingock/core';
import type { DashboardAction, DashboardSubject } from '../api/contract.js';

/** A request as the application's platform has it: Express' or Fastify's. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each application knows the type of its own
export type DashboardRequest = any;

/** Who is who, and may do what. */
export interface DashboardAccess {
  /**
   * Says who makes a request that the guards have let in, as `request.user` may tell; nothing for nobody, who can only
   * read. `via` is always `dashboard`. A plain text is the name of a human.
   *
   * @default nobody: the dashboard is read-only
   */
  readonly actor?: (
    request: DashboardRequest,
  ) => Actor | string | null | undefined | Promise<Actor | string | null | undefined>;
  /**
   * Says whether an actor may do something. Asked for each action, and again when it is done. An error is a no.
   *
   * @default every actor may do everything
   */
  readonly can?: (
    actor: Actor,
    action: DashboardAction,
    subject: DashboardSubject,
  ) => boolean | Promise<boolean>;
  /**
   * True where nobody can do anything here.
   *
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * Origins from which actions are taken besides that of the page's own host, such as `https://admin.example.com`: where
   * a proxy tells the application neither the host that was asked for nor `X-Forwarded-Host`.
   */
  readonly origins?: readonly string[];
  /**
   * Milliseconds that an action waits for another holder of the lock.
   *
   * @default 5000
   */
  readonly lockWaitMs?: number;
  /**
   * How many pages may get events at a time from one process; more of them ask now and then instead.
   *
   * @default 100
   */
  readonly maxClients?: number;
}

/** What is known in code, because routes are made of it. */
export interface DashboardRoutes {
  /** Guards of every route, assets and events included. Nest makes them, with what {@link imports} provide. */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  /**
   * True where no guards are meant: the application's global ones, or its network, keep everybody else out.
   *
   * @default false
   */
  readonly unguarded?: boolean;
  /**
   * Where it is, below the global prefix of the application.
   *
   * @default 'flamingock'
   */
  readonly path?: string;
  /** Modules that provide what guards, or the factory, are given. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /**
   * Folder of the built pages, for an application that is bundled into one file.
   *
   * @default that of this package
   */
  readonly clientFolder?: string;
}

/** What `forRoot` takes. */
export interface FlamingockDashboardOptions extends DashboardRoutes, DashboardAccess {}

/** What `forRootAsync` takes. */
export interface FlamingockDashboardAsyncOptions extends DashboardRoutes {
  readonly inject?: readonly unknown[];
  readonly useFactory: (...injected: never[]) => DashboardAccess | Promise<DashboardAccess>;
}

/** Access with every default filled in. */
export interface ResolvedAccess extends Required<Omit<DashboardAccess, 'actor' | 'can'>> {
  readonly actor: DashboardAccess['actor'];
  readonly can: DashboardAccess['can'];
}
