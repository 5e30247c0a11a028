// Mocha imports an .mjs file and waits for it before it loads the tests; those it requires, so the hooks are
// required too: both then share one instance of every module.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { isWorker, toWorkerHooks } = require('./src/worker-hooks.ts');
require('./src/check-answers.ts').checkAnswers();
const servers = isWorker ? undefined : require('./src/root-hooks.ts');
await servers?.startTestServers();

export const mochaGlobalTeardown = servers?.stopTestServers;
export const mochaHooks = isWorker ? toWorkerHooks() : {};
