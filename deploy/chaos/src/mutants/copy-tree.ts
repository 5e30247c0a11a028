import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Our own packages, which must be those of the copy. */
const ours = '@huidiao';

/**
 * Copies the sources (what git knows and what is new, but nothing that it ignores) and links the installed packages.
 * Tests then run in the copy as in the clone: from the sources, without a build.
 */
export function copyTree(cloneFolder: string, target: string): void {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = execFileSync('git', list, { cwd: cloneFolder, maxBuffer: 64 * 2 ** 20 }).toString();
  for (const file of files.split('\0').filter((name) => name !== '')) {
    // Git still knows what was removed and not yet committed.
    if (!existsSync(join(cloneFolder, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(cloneFolder, file), join(target, file));
  }
  const installed = join(cloneFolder, 'node_modules');
  const modules = join(target, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(installed)) {
    // Links of workspaces are relative, so that a copy of them leads into the copy.
    if (name === ours)
      cpSync(join(installed, name), join(modules, name), { recursive: true, verbatimSymlinks: true });
    else symlinkSync(join(installed, name), join(modules, name));
  }
}
