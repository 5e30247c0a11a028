/** Resolves with the reason once somebody wants us to end: Ctrl-C, SIGTERM, or a terminal that was closed. */
export function untilStopWanted(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
