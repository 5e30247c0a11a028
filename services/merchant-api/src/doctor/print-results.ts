import { type Finding, type Level, worstOf } from './finding.ts';

/** What one check has found. */
export interface CheckResult {
  readonly check: string;
  readonly findings: readonly Finding[];
}

const levelWidth = 9;
const checkWidth = 22;

/** For each finding a line, and below it where it is and what to do. */
export function printResult({ check, findings }: CheckResult): string {
  return findings
    .map(({ level, about, says, where, todo = [] }) => {
      const head = `${level.padEnd(levelWidth)}${check.padEnd(checkWidth)}${about === undefined ? '' : `${about}: `}${says}`;
      const indent = ' '.repeat(levelWidth);
      const place = where === undefined ? [] : [`${indent}where: ${where}`];
      return [head, ...place, ...todo.map((line) => `${indent}do:    ${line}`), ''].join('\n');
    })
    .join('');
}

/** How many of what, and what comes next. */
export function printSummary(results: readonly CheckResult[]): string {
  const levels = results.flatMap(({ findings }) => findings.map(({ level }) => level));
  const count = (level: Level) => levels.filter((one) => one === level).length;
  const counted = `${count('ok')} ok, ${count('skipped')} skipped, ${count('warning')} warnings, ${count('problem')} problems`;
  const next =
    count('problem') > 0
      ? 'Mend the problems from the top: a later one often comes of an earlier one. deploy/docs/set-up.md (中文: set-up.zh.md) tells of each setting.'
      : 'What only a callback proves: npm run verify-callback -- --merchant MCHID';
  return `\n${counted}\n${next}\n`;
}

/** The same for scripts. */
export function toJson(results: readonly CheckResult[]): object {
  const findings = results.flatMap(({ check, findings: found }) =>
    found.map(({ level, about = null, says, where = null, todo = [] }) => ({
      check,
      level,
      about,
      says,
      where,
      todo,
    })),
  );
  return { level: worstOf(findings), findings };
}
