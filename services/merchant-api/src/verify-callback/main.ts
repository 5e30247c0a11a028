import { systemClock } from '@huidiao/contracts';
import { pause } from './pause.ts';
import { runCommand } from './run-command.ts';

/*
 * The command `npm run verify-callback`; usage.ts says what it can be given. What is proven is on stdout, what is wrong
 * on stderr. The first Ctrl-C stops the waiting and gives back what was paid; a second one ends the process at once.
 */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
// Whoever reads the output may stop in the middle of it (`| head`), and the refund is made nevertheless.
process.stdout.on('error', () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: stopping.signal,
  clock: systemClock,
  pause,
});
