import { createHash } from 'node:crypto';
import type { LockHold } from '@nestjs-flamingock/core/adapter';
import { OWN_FOLDER } from '../connection/own-folder.js';

/** Manifests are counted down in their keys, so that the newest is the first of a listing. */
const HIGHEST = 999_999_999_999;
const DIGITS = String(HIGHEST).length;

/** Keys of what this library keeps. */
export class Layout {
  readonly manifests: string;
  readonly probes: string;
  private readonly staged: string;

  constructor(prefix: string) {
    const own = prefix + OWN_FOLDER;
    this.manifests = `${own}manifests/`;
    this.probes = `${own}probes/`;
    this.staged = `${own}staged/`;
  }

  manifestKey(number: number): string {
    return this.manifests + String(HIGHEST - number).padStart(DIGITS, '0');
  }

  /** The number in the key of a manifest; `undefined` for any other object there. */
  manifestNumber(key: string): number | undefined {
    const digits = key.slice(this.manifests.length);
    return /^\d{12}$/.test(digits) ? HIGHEST - Number(digits) : undefined;
  }

  /** Where the staged objects of one transaction are. */
  stagedFolder(hold: LockHold | undefined, id: string): string {
    if (!hold) return `${this.staged}unclaimed/${id}/`;
    return `${this.stagedOf(hold.service)}${hold.token}-${id}/`;
  }

  /** Where those of a service are. */
  stagedOf(service: string): string {
    return `${this.staged}${createHash('sha256').update(service).digest('hex').slice(0, 16)}/`;
  }

  /** The token of the holder that has staged an object of a service. */
  stagedToken(service: string, key: string): number {
    return Number.parseInt(key.slice(this.stagedOf(service).length), 10);
  }
}
