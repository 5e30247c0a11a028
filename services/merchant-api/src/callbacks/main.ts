import { runCommand } from './run-command.ts';

/*
 * The command `npm run callbacks`; usage.ts says what it can be given. Results are on stdout, everything for people is
 * on stderr. The first Ctrl-C stops between two callbacks; a second one ends the process at once.
 */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
// Whoever reads the output may stop in the middle of it (`| head`).
process.stdout.on('error', () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: stopping.signal,
});
