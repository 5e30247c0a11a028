import { explain } from '@huidiao/runtime';
import { toPrintable } from '../callbacks/printable.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';
import type { Check } from './check.ts';
import { checks } from './checks.ts';
import { type Finding, worstOf } from './finding.ts';
import { type ExamineCommand, parseArguments } from './parse-arguments.ts';
import { type CheckResult, printResult, printSummary, toJson } from './print-results.ts';
import { openSite, type Site, type SiteSurroundings } from './site.ts';
import { toUsage } from './usage.ts';

/** The world around the command. */
export interface CommandSurroundings extends SiteSurroundings {
  /** The findings. */
  readonly out: (text: string) => void;
  /** What was typed wrong. */
  readonly err: (text: string) => void;
}

/** 0: all is as it should be. 1: with warnings. 2: with problems, or wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Carries out what was typed. Never rejects: every problem is told, and in the exit code. */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const { out, err } = surroundings;
  try {
    const command = parseArguments(args);
    if (command.name === 'examine') return await examine(command, surroundings);
    out(toUsage(checks));
    return 0;
  } catch (error) {
    const isUsage = error instanceof WrongUsage;
    const words = isUsage ? `${error.message}\n\`npm run doctor -- help\` shows all\n` : explain(error);
    err(toPrintable(`doctor: ${words}`));
    return 2;
  }
}

async function examine(command: ExamineCommand, surroundings: CommandSurroundings): Promise<ExitCode> {
  const { out } = surroundings;
  const site = openSite(command, surroundings);
  const results: CheckResult[] = [];
  for (const check of checks) {
    const result = { check: check.name, findings: (await look(check, site)).map(inFile(site)) };
    results.push(result);
    if (!command.json) out(toPrintable(printResult(result)));
  }
  out(command.json ? `${JSON.stringify(toJson(results))}\n` : printSummary(results));
  const worst = worstOf(results.flatMap(({ findings }) => findings));
  return worst === 'problem' ? 2 : worst === 'warning' ? 1 : 0;
}

/** Keys of the merchants file, with the file. */
function inFile({ merchants }: Site): (finding: Finding) => Finding {
  return (finding) => {
    const key = /^(merchants|apps)\[[^;]*/.exec(finding.where ?? '')?.[0];
    if (merchants === undefined || key === undefined) return finding;
    return { ...finding, where: finding.where?.replace(key, () => `${key} in ${merchants.file}`) };
  };
}

async function look(check: Check, site: Site): Promise<readonly Finding[]> {
  if (check.asksOthers && site.command.offline) {
    return [{ level: 'skipped', says: 'not looked at, for it asks others (--offline)' }];
  }
  try {
    return await check.run(site);
  } catch (error) {
    // Its text could quote what was sent.
    const name = error instanceof Error ? error.name : 'unknown';
    return [{ level: 'problem', says: `this check failed itself (${name}), which should never happen` }];
  }
}
