import { createContext, loadOrderWorkerConfig, start } from '@huidiao/order-worker';
import { ownEnvironment } from '../run-environment.ts';

/**
 * An order-worker that is killed at the worst moment: after an order's transition is stored, before the job of
 * its effect is added. Run as a process of its own, with the variables of the order-worker.
 */
const context = createContext(loadOrderWorkerConfig(ownEnvironment()), {
  producer: {
    add: () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    },
    close: async () => undefined,
  },
  lockMs: 1_000,
});
await start(context);
