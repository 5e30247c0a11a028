/**
 * What `work` gives, or what `late` throws once `limitMs` are over; `work` then goes on unobserved.
 * The driver has no limit over all its steps together (`timeoutMS` has no effect in its version 7), and a
 * stopped server answers nothing at all, so this is what keeps a worker from waiting for ever.
 */
export async function within<T>(limitMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
