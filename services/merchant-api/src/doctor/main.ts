import { systemClock } from '@huidiao/contracts';
import { pause } from '../verify-callback/pause.ts';
import { runCommand } from './run-command.ts';

/** The command `npm run doctor`; usage.ts says what it can be given. Ctrl-C ends it: it changes nothing. */
// Whoever reads the output may stop in the middle of it (`| head`).
process.stdout.on('error', () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  clock: systemClock,
  pause,
});
