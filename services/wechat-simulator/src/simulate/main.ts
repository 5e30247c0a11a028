import { runSimulate } from './run-simulate.ts';

/* The command `npm run simulate`; usage.ts says what it can be given. */
process.stdout.on('error', () => undefined);

process.exitCode = await runSimulate(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
