import { runCommand } from './run-command.ts';

/*
 * The command `npm run api-keys`; usage.ts says what it can be given. Results are on stdout, everything for people is
 * on stderr, so that a script can take a new key from stdout.
 */

// Whoever reads the output may stop in the middle of it (`| head`).
process.stdout.on('error', () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
