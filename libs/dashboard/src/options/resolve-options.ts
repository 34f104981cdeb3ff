import { optionFaults, shown } from '@nestjs-flamingock/core/adapter';
import type { DashboardAccess, DashboardRoutes, ResolvedAccess } from './dashboard-options.js';
import { InvalidDashboardOptionsError } from './dashboard.errors.js';

const ROUTE_NAMES = { guards: true, unguarded: true, path: true, imports: true, clientFolder: true } as const;
const ACCESS_NAMES = {
  actor: true,
  can: true,
  readOnly: true,
  origins: true,
  lockWaitMs: true,
  maxClients: true,
} as const;
const DEFAULT_PATH = 'flamingock';
const MODULE = 'FlamingockDashboardModule';
const SEGMENTS = /^[\w.~-]+(\/[\w.~-]+)*$/;

/** Routes with every default filled in. */
export type ResolvedRoutes = Required<Pick<DashboardRoutes, 'guards' | 'path' | 'imports'>> &
  Pick<DashboardRoutes, 'clientFolder'>;

/**
 * @param others Names that the options may have besides.
 * @throws InvalidDashboardOptionsError with every fault; also where neither guards nor `unguarded` are set.
 */
export function resolveRoutes(options: DashboardRoutes, others: 'access' | 'factory'): ResolvedRoutes {
  const names =
    others === 'access'
      ? { ...ROUTE_NAMES, ...ACCESS_NAMES }
      : { ...ROUTE_NAMES, inject: true, useFactory: true };
  const { guards = [], unguarded = false, imports = [], clientFolder } = options;
  const path = pathOf(options);
  const open: unknown = unguarded;
  const isOpen = open === true;
  const isGuarded = Array.isArray(guards) && guards.length > 0;
  const faults = [
    ...optionFaults(MODULE, options, names),
    ...ifNot(Array.isArray(guards), () => `guards must be a list of guards, not ${shown(guards)}`),
    ...ifNot(
      isGuarded || isOpen,
      () =>
        'it has no guards, so that everybody who reaches the application could see and settle its changes: set guards, ' +
        'or unguarded: true where something else keeps people out',
    ),
    ...ifNot(
      !(isGuarded && isOpen),
      () => 'it has guards and unguarded: true: leave out the one that is not meant',
    ),
    ...ifNot(
      SEGMENTS.test(path) && !path.split('/').some((segment) => /^\.+$/.test(segment)),
      () => `path must be segments of letters, digits, "-", "_", "." and "~", not ${shown(options.path)}`,
    ),
  ];
  if (faults.length > 0) throw new InvalidDashboardOptionsError(faults);
  return { guards, path, imports, ...(clientFolder !== undefined && { clientFolder }) };
}

/** @throws InvalidDashboardOptionsError with every fault. */
export function resolveAccess(options: DashboardAccess): ResolvedAccess {
  const { actor, can, readOnly = false, origins = [], lockWaitMs = 5_000, maxClients = 100 } = options;
  const faults = [
    ...optionFaults(MODULE, options, { ...ROUTE_NAMES, ...ACCESS_NAMES }),
    ...ifNot(isFunction(actor), () => `actor must be a function, not ${shown(actor)}`),
    ...ifNot(isFunction(can), () => `can must be a function, not ${shown(can)}`),
    ...ifNot(typeof readOnly === 'boolean', () => `readOnly must be true or false, not ${shown(readOnly)}`),
    ...ifNot(
      Array.isArray(origins) && origins.every(isOrigin),
      () => `origins must be a list such as https://admin.example.com, not ${shown(origins)}`,
    ),
    ...ifNot(
      Number.isFinite(lockWaitMs) && lockWaitMs >= 0,
      () => `lockWaitMs must be a number of milliseconds from 0, not ${shown(lockWaitMs)}`,
    ),
    ...ifNot(
      Number.isSafeInteger(maxClients) && maxClients >= 0,
      () => `maxClients must be a whole number from 0, not ${shown(maxClients)}`,
    ),
    ...ifNot(
      actor !== undefined || can === undefined,
      () => 'can is set and actor is not: nobody could ever do anything; set actor, or leave out can',
    ),
  ];
  if (faults.length > 0) throw new InvalidDashboardOptionsError(faults);
  return { actor, can, readOnly, origins, lockWaitMs, maxClients };
}

function pathOf({ path = DEFAULT_PATH }: DashboardRoutes): string {
  return typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : '';
}

function isFunction(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
}

/** A fault is put into words only where it is one: to show a value takes longer than to check it. */
function ifNot(isMet: boolean, fault: () => string): string[] {
  return isMet ? [] : [fault()];
}
