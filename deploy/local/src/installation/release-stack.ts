/** What has to be ended, last begun first. */
export interface ReleaseStack {
  /** After the stack has run, ends it at once. */
  add(release: () => Promise<void> | void): void;
  /** Ends everything; an end that fails does not keep the others from theirs. Once, however often it is called. */
  run(): Promise<void>;
}

/** Empty. An end that fails is told on stderr. */
export function createReleaseStack(): ReleaseStack {
  const releases: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    for (let release = releases.pop(); release; release = releases.pop()) {
      try {
        await release();
      } catch (error) {
        console.error(`while ending: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  return {
    add(release) {
      releases.push(release);
      if (running) running = running.then(runAll);
    },
    run() {
      running ??= runAll();
      return running;
    },
  };
}
