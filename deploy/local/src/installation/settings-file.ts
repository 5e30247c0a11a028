import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file for a shell's `.`, with what the commands of the README need for this installation. */
export interface SettingsFile {
  readonly file: string;
  /** The addresses in it are nobody's once the installation has ended. */
  remove(): void;
}

/** Writes `<dataFolder>/settings.env`, one exported variable in each line, for its owner alone. */
export function writeSettingsFile(
  dataFolder: string,
  settings: Readonly<Record<string, string>>,
): SettingsFile {
  const file = join(dataFolder, 'settings.env');
  const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  rmSync(file, { force: true });
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return { file, remove: () => rmSync(file, { force: true }) };
}

/** For a POSIX shell. */
function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
