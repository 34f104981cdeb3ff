import pc from 'picocolors';
import type { OutputStream, Terminal } from './terminal.js';

/** Colours, or none. */
export type Palette = ReturnType<typeof pc.createColors>;

/** Colours for a stream: only where it is a terminal, and never with NO_COLOR. */
export function paletteFor(stream: OutputStream, environment: Terminal['environment']): Palette {
  return pc.createColors(hasColour(stream, environment));
}

/** Whether a stream shows colours. */
export function hasColour(stream: OutputStream, { NO_COLOR, TERM }: Terminal['environment']): boolean {
  return stream.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}
