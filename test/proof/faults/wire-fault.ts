import { setTimeout as sleep } from 'node:timers/promises';
import type { FlamingockSettings } from '@nestjs-flamingock/core';
import { withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { TcpProxy, type Treatment } from '../../support/tcp-proxy.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import { tryFault, type Trial } from './trial.js';
import type { Place, Request, Requests } from './wire-requests.js';

/** Long enough that nothing is lost because the machine was busy for a moment. */
const LEASE_MS = 5_000;
const SETTINGS: FlamingockSettings = {
  lock: { leaseMs: LEASE_MS, retryMs: 50 },
  timeouts: { answerMs: 2 * LEASE_MS, changeMs: 2 * LEASE_MS, graceMs: 100 },
};

/** What is done to the wire, by what it is called. */
const TREATMENTS = {
  'request lost': 'drop request',
  'answer lost': 'drop answer',
  'server away for a while': 'drop request',
  'late answer': { delayMs: LEASE_MS / 10 },
  'answer after the lease': { delayMs: LEASE_MS * 1.2 },
  'half-open': 'hang',
} as const satisfies Record<string, Treatment>;

export type WireFault = keyof typeof TREATMENTS;
export const WIRE_FAULTS = Object.keys(TREATMENTS) as WireFault[];

/** A server's wire. */
export interface Wire {
  readonly createDatabase: CreateDatabase;
  readonly requests: Partial<Requests>;
  readonly place: Place;
}

/** Requests that follow what the change has done, or that others stand in for: a start gets over their loss. */
const SURVIVED = new Set<Request>(['append', 'renew', 'settle', 'release']);

function mustApply(request: Request, fault: WireFault): boolean {
  switch (fault) {
    case 'late answer':
      return true;
    case 'half-open':
    case 'server away for a while':
      return ['settle', 'release'].includes(request);
    case 'answer lost':
    case 'answer after the lease':
      return SURVIVED.has(request) || request === 'commit' || request === 'group commit';
    case 'request lost':
      return SURVIVED.has(request);
  }
}

/** One start, in which one request meets a fault. */
export async function breakWire(
  { createDatabase, requests, place }: Wire,
  request: Request,
  fault: WireFault,
): Promise<Trial> {
  const workspace = await Workspace.open(createDatabase, place === 'shared' ? undefined : createDatabase);
  workspace.isSharing = request === 'group commit';
  const broken = place === 'target' ? workspace.target : workspace.audit;
  const proxy = await proxyBefore(broken);
  const meet = () => {
    proxy.meet(requestOf(requests, request), TREATMENTS[fault]);
    if (fault === 'server away for a while') void awayFor(proxy, 500);
  };
  const proxied = broken.at((url) => proxy.through(url));
  const options = {
    ...workspace.options,
    ...(place === 'target' ? { notes: proxied } : { audit: proxied }),
    settings: SETTINGS,
    onReach: async (point: string) => {
      if (point !== pointOf(request)) return;
      meet();
      while (request === 'renew' && proxy.isArmed) await sleep(10);
    },
  };
  try {
    if (pointOf(request) === undefined) meet();
    const trial = await tryFault({
      title: request,
      what: fault,
      workspace,
      // What hangs would keep the application from closing.
      start: () => withApplication(options, (flamingock) => flamingock.execute().finally(() => proxy.up())),
      heal: async () => proxy.up(),
      mustApply: mustApply(request, fault),
    });
    return proxy.isArmed && trial.end === 'applied'
      ? { ...trial, faults: [...trial.faults, 'nothing was broken'] }
      : trial;
  } finally {
    await proxy.close();
    await workspace.remove();
  }
}

/** Where a change is when the fault begins to be waited for; undefined: it has not begun. */
function pointOf(request: Request): string | undefined {
  switch (request) {
    case 'read head':
    case 'acquire':
    case 'claim':
    case 'fence':
      return undefined;
    case 'commit':
    case 'marker':
      return 'inside the transaction';
    case 'group commit':
      return 'sharing five';
    case 'append':
    case 'renew':
    case 'settle':
    case 'release':
      return 'half of publish';
  }
}

function requestOf(requests: Partial<Requests>, request: Request): RegExp {
  const pattern = requests[request];
  if (!pattern) throw new Error(`${request} is not sent to this server`);
  return pattern;
}

/** Once the request is lost, nobody reaches the server for a while. */
async function awayFor(proxy: TcpProxy, ms: number): Promise<void> {
  while (proxy.isArmed) await sleep(5);
  proxy.down();
  await sleep(ms);
  proxy.up();
}

async function proxyBefore(database: TestDatabase): Promise<TcpProxy> {
  let address = '';
  database.at((url) => (address = url));
  return TcpProxy.before(address);
}
