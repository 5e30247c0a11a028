import { after, before } from 'mocha';
import { createSimulator, type Simulator } from '../index.ts';
import { createReceiver, type Receiver, testApp, testMerchant } from '../wechat-simulator.fixture.test.ts';

/** For the suite that calls it: one simulator, and a merchant's server that answers each callback 204. */
export function useOwnSimulator() {
  let simulator: Simulator;
  let receiver: Receiver;
  before(async () => {
    receiver = await createReceiver(() => 204);
    simulator = await createSimulator({ merchants: [testMerchant], apps: [testApp] });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });
  return {
    get simulator() {
      return simulator;
    },
    get receiver() {
      return receiver;
    },
  };
}
