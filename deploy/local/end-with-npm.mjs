// Like bootstrap.mjs, which calls it: only node's own modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Calls `end` once npm is gone. A killed npm cannot tell us, so we look whether it is still there. Between npm and us
 * there usually is the shell that npm runs scripts with, which stays.
 */
export function endWithNpm(end) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const above = describeProcess(parent);
  const npm =
    above && /^(?:.*\/)?-?(?:sh|dash|bash|ash|zsh|ksh|busybox)$/.test(above.name) ? above.parent : parent;
  const isGone = () => process.ppid !== parent || describeProcess(npm) === undefined;
  // Where processes cannot be looked at, only our own parent tells.
  const look = above ? isGone : () => process.ppid !== parent;
  const watch = setInterval(() => {
    if (!look()) return;
    clearInterval(watch);
    end();
  }, 1_000);
  watch.unref();
}

/** Name and parent of a process that runs; undefined for one that does not, or where nothing tells. */
function describeProcess(pid) {
  try {
    const stat = existsSync('/proc/self/stat')
      ? /\((?<name>.*)\) (?<state>\S) (?<parent>\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      : /^\s*(?<parent>\d+)\s+(?<state>\S)\S*\s+(?<name>.*\S)/.exec(
          spawnSync('ps', ['-o', 'ppid=,state=,comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout,
        );
    const { name, state, parent } = stat.groups;
    return state === 'Z' ? undefined : { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
