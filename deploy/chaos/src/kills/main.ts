import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet } from './fleet.ts';
import { toKillSchedule } from './kill-schedule.ts';
import { type KillReport, runKills } from './run-kills.ts';

/*
 * `npm run kills -- [--seconds N] [--seed N] [--rate N] [--keep]`: buyers pay at a steady rate while every kind of
 * process is killed at moments that the seed decides, Redis once with all its data. Ends with 0 when no order was
 * lost and none doubled.
 */

const usage = 'usage: npm run kills -- [--seconds N] [--seed N] [--rate ORDERS_PER_SECOND] [--keep]';
const victims = ['ingress', 'merchant-api', 'order-worker', 'message-worker', 'reconciler', 'redis', 'store'];

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { seconds, seed, rate, keep } = readArguments();
  const durationMs = seconds * 1_000;
  const schedule = toKillSchedule({ seed, durationMs, victims, losesDataOnce: 'redis' });
  const folder = mkdtempSync(join(tmpdir(), 'huidiao-kills-'));
  console.log(
    `${seconds} s at ${rate} orders a second, ${schedule.length} kills, seed ${seed}; logs: ${folder}/logs`,
  );

  const broken: string[] = [];
  const fleet = await startFleet({
    cloneFolder: resolve(import.meta.dirname, '../../../..'),
    folder,
    env: process.env,
    onBroken: (what) => void broken.push(what),
  });
  let isGood = false;
  try {
    const run = { schedule, durationMs, ordersPerSecond: rate, settleWithinMs: 90_000, say: console.log };
    const report = await runKills(fleet, run);
    console.log(toText(report, broken));
    isGood = isFlawless(report, broken);
    return isGood ? 0 : 1;
  } finally {
    await fleet.stop();
    if (isGood && !keep) rmSync(folder, { recursive: true, force: true });
    else console.log(`data and logs are in ${folder}`);
  }
}

function isFlawless({ lost, doubled, differing, paid }: KillReport, broken: readonly string[]): boolean {
  return paid > 0 && [lost, doubled, differing, broken].every((list) => list.length === 0);
}

function toText(report: KillReport, broken: readonly string[]): string {
  const { lost, doubled, differing } = report;
  const problems = [...lost, ...doubled, ...differing, ...broken].slice(0, 50);
  return [
    ...problems.map((problem) => `  ${problem}`),
    `${report.kills} kills, ${report.paid} paid, ${report.delivered} delivered, ${report.told} told, ${report.unknown} told or not is unknown`,
    `${report.repeats} requests repeated, ${report.notMade} orders not made; settled ${(report.settledAfterMs / 1_000).toFixed(1)} s after the load`,
    `${lost.length} lost, ${doubled.length} doubled, ${differing.length} differing, ${broken.length} ended by themselves`,
  ].join('\n');
}

function readArguments(): { seconds: number; seed: number; rate: number; keep: boolean } {
  const options = {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const { seconds, seed, rate } = values;
    return {
      seconds: toNumber('--seconds', seconds, 3_600),
      seed: toNumber('--seed', seed, 2 ** 32 - 1),
      rate: toNumber('--rate', rate, 200),
      keep: values.keep,
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${usage}`);
  }
}

function toNumber(name: string, text: string, largest: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= largest) return number;
  throw new Error(`${name} must be a whole number from 1 to ${largest}, not ${text}`);
}
