import type { Check } from '../check.ts';
import type { Finding, Level } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import type { Site } from '../site.ts';
import { withRedis } from '../with-redis.ts';

/** Beyond five minutes WeChat Pay refuses our requests, and we its callbacks. https://pay.weixin.qq.com/doc/v3/merchant/4013053420 */
const problemMs = 300_000;
const warningMs = 60_000;
const limitMs = 5_000;

export const clockCheck: Check = {
  name: 'clock',
  title: 'the clock of this machine against those of WeChat, Redis and MongoDB',
  settings: [],
  asksOthers: true,
  async run(site) {
    const { WECHAT_PAY_API_URL: wechat, REDIS_URL: redis, MONGODB_URI: mongo } = site.variables;
    return [
      ...(wechat === undefined ? [] : [await compareWithWechat(site, wechat)]),
      ...(redis === undefined
        ? []
        : await compareWithServer(site, "Redis'", 'REDIS_URL', () => askRedis(redis))),
      ...(mongo === undefined
        ? []
        : await compareWithServer(site, "MongoDB's", 'MONGODB_URI', () => askMongo(site, mongo))),
    ];
  },
};

async function compareWithWechat(site: Site, url: string): Promise<Finding> {
  const { host } = new URL(url);
  const aheadMs = await measureAhead(site, () => askDate(url));
  if (aheadMs === undefined) {
    return {
      level: 'problem',
      says: `${host} does not answer, so that the clock cannot be compared with WeChat's`,
      todo: [`let this machine reach ${host} on port 443, and its name be looked up`],
    };
  }
  const level = toLevel(aheadMs);
  if (level === 'ok') return { level, says: `${toWords(aheadMs)} WeChat's (${host})` };
  return {
    level,
    says: `this machine's clock is ${toWords(aheadMs)} WeChat's; beyond 300 s each side refuses what the other signs, and every callback gets 401`,
    where: 'this machine, and perhaps each other one',
    todo: ['let NTP set the clock: timedatectl set-ntp true, or chrony'],
  };
}

/** An answer to anything has a Date header. */
async function askDate(url: string): Promise<number> {
  const signal = AbortSignal.timeout(limitMs);
  const response = await fetch(`${url}/`, { method: 'HEAD', redirect: 'manual', signal });
  // It has whole seconds.
  return Date.parse(response.headers.get('date') ?? '') + 500;
}

async function askRedis(url: string): Promise<number> {
  return withRedis(url, async (redis) => {
    const [seconds = 0, microseconds = 0] = await redis.time();
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  });
}

/** NaN where it does not tell. @throws AppError CONFIG_INVALID, STORE_UNAVAILABLE */
async function askMongo({ openStore }: Site, uri: string): Promise<number> {
  const store = openStore(uri, createHeardLog().logger);
  try {
    const { localTime } = await store.describeServer();
    return localTime?.getTime() ?? Number.NaN;
  } finally {
    await store.close();
  }
}

/** Redis and MongoDB end what is kept for a time by their own clock. That one is away is told by its own check. */
async function compareWithServer(
  site: Site,
  whose: "Redis'" | "MongoDB's",
  variable: string,
  ask: () => Promise<number>,
): Promise<Finding[]> {
  const aheadMs = await measureAhead(site, ask);
  if (aheadMs === undefined || Math.abs(aheadMs) <= warningMs) return [];
  return [
    {
      level: 'warning',
      says: `this machine's clock is ${toWords(aheadMs)} ${whose}, which ends by its own what is kept for a time`,
      where: `this machine, or that of ${variable}`,
      todo: ['let NTP set both clocks'],
    },
  ];
}

/** By how much our clock is ahead of another one, which is read in the middle of the question; undefined without answer. */
async function measureAhead({ clock }: Site, ask: () => Promise<number>): Promise<number | undefined> {
  const before = clock.now().getTime();
  const theirs = await ask().catch(() => Number.NaN);
  const ours = (before + clock.now().getTime()) / 2;
  return Number.isFinite(theirs) ? ours - theirs : undefined;
}

function toLevel(aheadMs: number): Extract<Level, 'ok' | 'warning' | 'problem'> {
  const off = Math.abs(aheadMs);
  return off >= problemMs ? 'problem' : off > warningMs ? 'warning' : 'ok';
}

function toWords(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (seconds <= 1) return 'equal to';
  return `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}
