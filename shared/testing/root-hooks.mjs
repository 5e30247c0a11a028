// Mocha imports an .mjs file and waits for it before it loads the tests; those it requires, so the hooks are
// required too: both then share one instance of every module.
import { createRequire } from 'node:module';

const hooks = createRequire(import.meta.url)('./src/root-hooks.ts');
await hooks.startTestServers();

export const mochaGlobalTeardown = hooks.stopTestServers;
