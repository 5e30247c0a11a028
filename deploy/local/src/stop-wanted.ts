/**
 * Resolves with the reason once somebody wants us to end: Ctrl-C, SIGTERM, a closed terminal, or, under npm, a
 * killed npm, which we can only tell by our parent being another process than before.
 */
export function untilStopWanted(isUnderNpm: boolean): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    if (!isUnderNpm) return;
    const parent = process.ppid;
    const look = () => {
      if (process.ppid !== parent) resolve('npm is gone');
    };
    setInterval(look, 500).unref();
  });
}
