import type { Runtime } from '@nestjs-flamingock/core/adapter';
import type { Bucket } from '../connection/bucket.js';
import { isTaken, mayHaveLanded } from '../connection/failures.js';
import {
  ManifestContendedError,
  ManifestFormatError,
  RollForwardError,
  UnconfirmedWriteError,
} from '../s3.errors.js';
import type { Layout } from './layout.js';
import { EMPTY, FORMAT, type Manifest, type State } from './manifest.js';
import { rollForward, stagedOf } from './roll-forward.js';

/** How often somebody else may be faster. */
const MAX_ATTEMPTS = 50;

/** What a manifest says besides its number and state. */
export type Step = Pick<Manifest, 'folder' | 'operations'>;

/** What a manifest is to be, given the newest: its state, or an error if there must be none. */
export type Next = (newest: Manifest) => State;

const NOTHING: Step = { operations: [] };

/**
 * The manifests of a target, of which the newest is its state. Publishing the next one, on the condition that nobody
 * else has, is the one thing that alters it.
 */
export class ManifestLog {
  private newest = EMPTY;
  /** Up to this number it is known that all is done. */
  private settledUpTo = 0;

  constructor(
    private readonly bucket: Bucket,
    private readonly layout: Layout,
    private readonly runtime: Pick<Runtime, 'uuid'>,
  ) {}

  /** The newest manifest, asked of the store. */
  async latest(): Promise<Manifest> {
    const key = await this.bucket.first(this.layout.manifests);
    const number = key === undefined ? 0 : this.layout.manifestNumber(key);
    if (number === undefined) throw this.strange(key ?? '', 'has a name that no manifest has');
    if (number === this.newest.number) return this.newest;
    return this.keep((await this.read(number)) ?? EMPTY);
  }

  /** The manifest of a number. */
  async read(number: number): Promise<Manifest | undefined> {
    if (number === 0) return EMPTY;
    const key = this.layout.manifestKey(number);
    const found = await this.bucket.get(key);
    if (!found) return undefined;
    return this.parse(key, (await found.Body?.transformToString()) ?? '');
  }

  /**
   * Does what is left of a manifest.
   *
   * @throws RollForwardError if it cannot.
   */
  async settle(manifest: Manifest, staged?: readonly string[]): Promise<void> {
    const { number } = manifest;
    if (number <= this.settledUpTo) return;
    try {
      await rollForward(this.bucket, manifest, staged ?? (await stagedOf(this.bucket, manifest)));
    } catch (error) {
      throw new RollForwardError(this.bucket.name, this.layout.manifestKey(number), error);
    }
    this.settledUpTo = number;
  }

  /**
   * Publishes the manifest after the newest. Both are asked again whenever somebody else was faster.
   *
   * @param next its state
   * @param step what it does, found out as late as possible
   * @throws what `next` and `step` throw; UnconfirmedWriteError where the answer is lost; RollForwardError where the
   * one before cannot be done.
   */
  async publish(
    next: Next,
    step: () => Promise<Step> = async () => NOTHING,
    from?: Manifest,
  ): Promise<Manifest> {
    let base = from ?? (await this.latest());
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const { fences, markers, recorded } = next(base);
      await this.settle(base);
      const writer = this.runtime.uuid();
      const number = base.number + 1;
      const manifest = {
        format: FORMAT,
        number,
        writer,
        ...(await step()),
        fences,
        markers,
        recorded,
      } as const;
      const there = await this.put(manifest);
      if (there?.writer === writer) return this.keep(manifest);
      base = this.keep(there ?? (await this.latest()));
    }
    throw new ManifestContendedError(this.bucket.name, MAX_ATTEMPTS);
  }

  /** Puts a manifest if its number is free. @returns what is there then; nothing where another write was on its way */
  private async put(manifest: Manifest): Promise<Manifest | undefined> {
    const key = this.layout.manifestKey(manifest.number);
    const fields = { Body: JSON.stringify(manifest), ContentType: 'application/json', IfNoneMatch: '*' };
    try {
      await this.bucket.putSmall(key, fields);
      return manifest;
    } catch (error) {
      if (!isTaken(error)) throw mayHaveLanded(error) ? this.unconfirmed(key, error) : error;
    }
    try {
      // It may be ours: the SDK repeats a request whose answer is lost, and then meets its own object.
      return await this.read(manifest.number);
    } catch (error) {
      throw this.unconfirmed(key, error);
    }
  }

  private keep(manifest: Manifest): Manifest {
    if (manifest.number > this.newest.number) this.newest = manifest;
    return manifest;
  }

  private parse(key: string, text: string): Manifest {
    let manifest: Partial<Manifest>;
    try {
      manifest = JSON.parse(text) as Partial<Manifest>;
    } catch {
      throw this.strange(key, 'is no JSON');
    }
    if (manifest.format !== FORMAT)
      throw this.strange(key, `has the format ${JSON.stringify(manifest.format)}`);
    return manifest as Manifest;
  }

  private strange(key: string, why: string): ManifestFormatError {
    return new ManifestFormatError(this.bucket.name, key, why);
  }

  private unconfirmed(key: string, cause: unknown): UnconfirmedWriteError {
    return new UnconfirmedWriteError(this.bucket.name, key, cause);
  }
}
