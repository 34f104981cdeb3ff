/** Something that will happen. */
export interface QueuedEvent {
  readonly at: number;
  /** Decides between events of the same moment. */
  readonly order: number;
  readonly owner: EventOwner | undefined;
  readonly act: () => void;
}

/** Whom events happen to. */
export interface EventOwner {
  readonly isDead: boolean;
  /** Nothing happens to it before this moment. */
  readonly pausedUntil: number;
}

/** Virtual time, and what is to happen in it. */
export class EventQueue {
  private events: QueuedEvent[] = [];
  private time = 0;

  /** Milliseconds since the schedule began. */
  get now(): number {
    return this.time;
  }

  /** Lets `act` happen to `owner` after `ms` milliseconds, if it lives then. Returns how to call it off. */
  after(ms: number, owner: EventOwner | undefined, order: number, act: () => void): () => void {
    const event = { at: this.time + Math.max(0, ms), order, owner, act };
    this.events.push(event);
    return () => {
      const index = this.events.indexOf(event);
      if (index >= 0) this.events.splice(index, 1);
    };
  }

  /** Moves on to the next event and returns it; `undefined` when nothing will ever happen again. */
  next(): QueuedEvent | undefined {
    for (;;) {
      const event = this.takeFirst();
      if (!event) return undefined;
      const { owner } = event;
      if (owner?.isDead) continue;
      if (owner && owner.pausedUntil > event.at) {
        this.events.push({ ...event, at: owner.pausedUntil });
        continue;
      }
      this.time = Math.max(this.time, event.at);
      return event;
    }
  }

  private takeFirst(): QueuedEvent | undefined {
    let first = 0;
    for (let index = 1; index < this.events.length; index += 1) {
      if (isBefore(this.events[index]!, this.events[first]!)) first = index;
    }
    return this.events.splice(first, 1)[0];
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
