import type { AlertChannel } from '@nestjs-flamingock/core';

/** A channel of this package, with what is wrong with its options: the module tells all faults at once. */
export interface CheckedChannel extends AlertChannel {
  /** Each names the channel. */
  faults(): Promise<readonly string[]>;
}

/** True for a channel that can say what is wrong with it. */
export function isChecked(channel: AlertChannel): channel is CheckedChannel {
  return 'faults' in channel && typeof channel.faults === 'function';
}
