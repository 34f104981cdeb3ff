/** Where a package of this library has its code once it is built. */
const OURS = /[\\/](?:@nestjs-flamingock|libs)[\\/][^\\/]+[\\/]dist[\\/]bundle[\\/]/;

/** The frames of a stack, each on a line of its own, without those of this library. */
export function foreignFrames(stack: string, message: string): string {
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return frames.filter((line) => !OURS.test(line)).join('\n');
}
