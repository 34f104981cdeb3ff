/**
 * What `work` resolves to, if it settles in time; otherwise rejects with what `late` makes, and
 * nobody waits for `work` any more.
 */
export async function bounded<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
