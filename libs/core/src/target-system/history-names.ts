import { hash } from 'node:crypto';
import type { AuditStore } from '../audit/audit-store.js';
import { FencedError } from '../lock/lock.errors.js';

/** Hexadecimal digits of an identity. */
const DIGITS = 16;

/**
 * Under which names the histories of an audit store are known to target systems. Another store's history of the
 * same service has another name, so that the two neither fence each other nor end each other's transactions.
 *
 * The identity is made of the place where the store was first used, and kept in it from then on: it stays when the
 * store is moved, and is the same again when the store was emptied, which its target systems have to notice.
 */
export class HistoryNames {
  private readonly known = new Map<string, string>();

  constructor(private readonly store: Pick<AuditStore, 'readHead' | 'claimHead' | 'describe' | 'place'>) {}

  /** The name that the history of this service has, or will have. Writes nothing. */
  async find(service: string): Promise<string> {
    const known = this.known.get(service);
    if (known !== undefined) return known;
    const kept = await this.kept(service);
    return kept === undefined ? nameOf(service, await this.made()) : this.keep(service, kept);
  }

  /** The name that the history of this service has from now on. */
  async own(service: string): Promise<string> {
    const known = this.known.get(service) ?? (await this.find(service));
    if (this.known.has(service)) return known;
    return this.keep(service, await this.create(service));
  }

  /** One conditional write: a separate head, whose owner is the identity, is claimed once and never again. */
  private async create(service: string): Promise<string> {
    const owner = await this.made();
    const claim = { service: keyOf(service), token: 1, owner };
    try {
      await this.store.claimHead(claim);
      return owner;
    } catch (cause) {
      // Another process has created it at this moment.
      const kept = cause instanceof FencedError ? await this.kept(service) : undefined;
      if (kept === undefined) throw cause;
      return kept;
    }
  }

  private async kept(service: string): Promise<string | undefined> {
    const head = await this.store.readHead(keyOf(service));
    return head?.owner ?? undefined;
  }

  private async made(): Promise<string> {
    const place = await (this.store.place ? this.store.place() : this.store.describe());
    return hash('sha256', place).slice(0, DIGITS);
  }

  private keep(service: string, identity: string): string {
    const name = nameOf(service, identity);
    this.known.set(service, name);
    return name;
  }
}

function keyOf(service: string): string {
  return `${service} (identity)`;
}

function nameOf(service: string, identity: string): string {
  return `${service}@${identity}`;
}
