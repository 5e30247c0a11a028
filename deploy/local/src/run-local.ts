import { buySomething, followOrder, isSettled, isTold } from './installation/purchase.ts';
import { createReleaseStack } from './installation/release-stack.ts';
import { type Installation, startInstallation } from './installation/start-installation.ts';
import { toJourney } from './installation/to-journey.ts';

export interface RunOptions {
  readonly cloneFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** End after the purchase. */
  readonly isOnce: boolean;
  /** Resolves when somebody wants everything to end, with the reason for people. */
  readonly stopWanted: Promise<string>;
}

/** `npm start`, from nothing running to nothing running. Gives the exit code. */
export async function runLocal(options: RunOptions): Promise<number> {
  const releases = createReleaseStack();
  let isEnding = false;
  let breakDown: (what: string) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakDown = (what) => reject(new Error(what));
  });
  broken.catch(() => {});
  const stopped = options.stopWanted.then((reason) => ({ reason }));

  try {
    const start = startInstallation({
      cloneFolder: options.cloneFolder,
      env: options.env,
      // Several copies that only run once must not race for them.
      wantsKnownPorts: !options.isOnce,
      releases,
      say: console.log,
      onBroken: (what) => !isEnding && breakDown(what),
    });
    start.catch(() => {});
    const run = start.then((installation) => purchaseAndStay(installation, options.isOnce));
    const end = await Promise.race([run, broken, stopped]);
    if ('exitCode' in end) return end.exitCode;
    console.log(`\n${end.reason}: ending everything`);
    // Of --once somebody expects a purchase.
    return options.isOnce ? 1 : 0;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    isEnding = true;
    await releases.run();
  }
}

/** The purchase and what came of it; without `isOnce` it then only returns when it failed. */
async function purchaseAndStay(installation: Installation, isOnce: boolean): Promise<{ exitCode: number }> {
  const { addresses, apiKey, ids } = installation;
  const api = { url: addresses.merchantApi, key: apiKey.key };
  const started = Date.now();
  const outTradeNo = await buySomething(api, addresses, ids);
  const order = await followOrder(api, outTradeNo);
  console.log(`\n${toJourney(order)}`);
  if (!isSettled(order) || !isTold(order)) {
    const waited = ((Date.now() - started) / 1_000).toFixed(0);
    const missing = isSettled(order) ? 'the buyer was not told' : `not fulfilled and told after ${waited} s`;
    console.error(`\n${missing}; what the services say is in ${installation.dataFolder}/logs`);
    return { exitCode: 1 };
  }
  if (isOnce) return { exitCode: 0 };
  console.log(`\n${toGuide(installation, outTradeNo)}`);
  return await new Promise(() => {});
}

/** What to look at, while everything is up. */
function toGuide(installation: Installation, outTradeNo: string): string {
  const { addresses, apiKey, dataFolder, ids, settingsFile } = installation;
  const health = Object.entries(addresses.health).map(([name, url]) => `  ${name.padEnd(16)} ${url}`);
  return [
    'Everything is up until Ctrl-C. In a browser:',
    `  the shop         ${addresses.shop}/   buy, pay in the simulated WeChat, see it paid, delivered, told`,
    `  merchant-api     ${addresses.merchantApi}/docs`,
    `  WeChat           ${addresses.simulator}/simulator   what it was asked, and what can be done to it`,
    `callbacks go to    ${addresses.ingress}/callbacks/wechat-pay/${ids.mchId}`,
    'In another terminal:',
    `  that order       curl -s -H "Authorization: Bearer $(cat ${quote(apiKey.file)})" ${addresses.merchantApi}/v1/orders/${outTradeNo}`,
    `  a callback       curl -s ${addresses.simulator}/simulator/callback.curl | curl -si -K -   signed just now, answers 204`,
    `  every command    . ${quote(settingsFile)}   and then npm run doctor, callbacks, simulate, dead-letters`,
    `  log files        ${dataFolder}/logs`,
    'Second ports, each with /healthz, /readyz and /metrics:',
    ...health,
  ].join('\n');
}

/** For a shell, where a path needs it. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
