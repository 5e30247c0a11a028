import { setTimeout as pause } from 'node:timers/promises';

/** What a start gives: a process that can be killed without a word, or ended in order. */
export interface StartedProcess {
  readonly port: number;
  readonly ended: Promise<string>;
  kill(): void;
  stop(): Promise<void>;
}

/** A process that is killed and started again under the same address. */
export interface KillableProcess {
  readonly name: string;
  readonly port: number;
  /** Kills it without a word, waits, and starts it again. One kill at a time. */
  kill(downMs: number, options: { readonly losesData: boolean }): Promise<void>;
  stop(): Promise<void>;
}

interface KillableOptions {
  readonly name: string;
  /** @param port undefined the first time: any; later the one of the first time */
  start(port: number | undefined): Promise<StartedProcess>;
  /** Removes what it kept on the disk. */
  loseData?(): void;
  /** Told when it ends although nobody ended it. */
  onBroken(what: string): void;
}

/** Starts it for the first time. */
export async function startKillable(options: KillableOptions): Promise<KillableProcess> {
  const { name, onBroken } = options;
  let isEndWanted = false;
  let current = await start(undefined);
  const { port } = current;
  let kills: Promise<unknown> = Promise.resolve();

  async function start(at: number | undefined): Promise<StartedProcess> {
    const started = await options.start(at);
    void started.ended.then((how) => {
      if (started === current && !isEndWanted) onBroken(`${name} ended by itself: ${how}`);
    });
    return started;
  }

  async function killAndStart(downMs: number, losesData: boolean): Promise<void> {
    isEndWanted = true;
    current.kill();
    await current.ended;
    if (losesData) options.loseData?.();
    await pause(downMs);
    current = await start(port);
    isEndWanted = false;
  }

  return {
    name,
    port,
    kill(downMs, { losesData }) {
      const killed = kills.then(() => killAndStart(downMs, losesData));
      kills = killed.catch(() => undefined);
      return killed;
    },
    async stop() {
      await kills;
      isEndWanted = true;
      await current.stop();
    },
  };
}
