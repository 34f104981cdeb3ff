import { createHash } from 'node:crypto';

/**
 * Names of the aliases that carry what this library knows. Ids of services and changes may have any characters and
 * length, so the names have digests of them, and the aliases the ids themselves, see {@link encoded}.
 */
export class ControlNames {
  constructor(readonly index: string) {}

  /** Stands for "nobody has claimed": moved by whoever claims first for a service. */
  registry(nonce: string): string {
    return `${this.registryPrefix}${nonce}`;
  }

  get registryPrefix(): string {
    return `${this.index}.registry.`;
  }

  /** The fence of a service; each claim and each commit gives it another nonce. */
  fence(service: string, nonce: string): string {
    return `${this.fencePrefix(service)}${nonce}`;
  }

  fencePrefix(service: string): string {
    return `${this.index}.fence.${digest(service)}.`;
  }

  /** Each commit has a nonce of its own, so that whoever clears a marker late cannot meet a later one. */
  marker(service: string, nonce: string): string {
    return `${this.markerPrefix(service)}${nonce}`;
  }

  markerPrefix(service: string): string {
    return `${this.index}.marker.${digest(service)}.`;
  }

  /** On an index that nobody sees: it is being built, or is no longer wanted. By it the change writes, too. */
  unseen(service: string, nonce: string): string {
    return `${this.unseenPrefix(service)}${nonce}`;
  }

  unseenPrefix(service: string): string {
    return `${this.index}.unseen.${digest(service)}.`;
  }

  /** On an index that was replaced and can be brought back. */
  kept(service: string, nonce: string): string {
    return `${this.keptPrefix(service)}${nonce}`;
  }

  keptPrefix(service: string): string {
    return `${this.index}.kept.${digest(service)}.`;
  }
}

/** Half of a SHA-256: short enough for a name, too long to be met twice. */
function digest(text: string): string {
  // As JSON, because half a character alone would be the same as any other.
  return createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 32);
}

/** What an alias carries as its routing for searches, a text that OpenSearch keeps and nobody searches by. */
export function encoded(data: object): string {
  return Buffer.from(JSON.stringify(data)).toString('base64url');
}

/** What {@link encoded} has made a text of. */
export function decoded(text: string | undefined): unknown {
  return JSON.parse(Buffer.from(text ?? '', 'base64url').toString());
}
