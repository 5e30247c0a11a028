import { setTimeout as pause } from 'node:timers/promises';
import { buySteadily } from './buy-steadily.ts';
import type { Fleet } from './fleet.ts';
import { judgeLedgers, type Verdict } from './judge-ledgers.ts';
import type { Kill } from './kill-schedule.ts';
import { readLedgers } from './read-ledgers.ts';

export interface KillRun {
  readonly schedule: readonly Kill[];
  readonly durationMs: number;
  readonly ordersPerSecond: number;
  /** After the load, for everything to come to its end. */
  readonly settleWithinMs: number;
  say(line: string): void;
}

export interface KillReport extends Verdict {
  readonly kills: number;
  readonly repeats: number;
  readonly notMade: number;
  readonly settledAfterMs: number;
}

/** Load and kills side by side, then the verdict. */
export async function runKills(fleet: Fleet, run: KillRun): Promise<KillReport> {
  const [bought] = await Promise.all([
    buySteadily(fleet, { durationMs: run.durationMs, perSecond: run.ordersPerSecond }),
    carryOut(fleet, run),
  ]);
  run.say(`${bought.paid.length} orders paid; waiting until nothing is left to do for any of them`);
  const began = performance.now();
  const ledgers = await readLedgers(fleet, bought.paid, run.settleWithinMs);
  const settledAfterMs = Math.round(performance.now() - began);
  const { repeats, notMade } = bought;
  return { ...judgeLedgers(ledgers), kills: run.schedule.length, repeats, notMade, settledAfterMs };
}

async function carryOut(fleet: Fleet, { schedule, say }: KillRun): Promise<void> {
  const began = performance.now();
  const kills: Promise<void>[] = [];
  for (const { atMs, victim, downMs, losesData } of schedule) {
    await pause(Math.max(0, began + atMs - performance.now()));
    const left = losesData ? ', and its data with it' : '';
    say(`${(atMs / 1_000).toFixed(1).padStart(5)} s  SIGKILL ${victim}, back after ${downMs} ms${left}`);
    const one = fleet.processes.get(victim);
    if (one === undefined) throw new Error(`there is no process ${victim}`);
    kills.push(one.kill(downMs, { losesData }));
  }
  await Promise.all(kills);
}
