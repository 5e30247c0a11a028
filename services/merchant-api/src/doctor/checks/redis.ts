import { type Durability, durabilitySettings, judgeDurability } from '@huidiao/queue';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { withoutVariable } from '../site.ts';
import { type AskableRedis, withRedis } from '../with-redis.ts';

/** What Redis says of itself. */
interface RedisFacts {
  readonly info: ReadonlyMap<string, string>;
  readonly config: Readonly<Record<string, string | undefined>>;
}

export const redisCheck: Check = {
  name: 'redis',
  title: 'that Redis keeps what it acknowledges',
  settings: ['REDIS_URL', 'REDIS_APPENDFSYNC', 'REDIS_WAIT_REPLICAS'],
  asksOthers: true,
  async run({ variables }) {
    const { REDIS_URL: url, REDIS_APPENDFSYNC: asked, REDIS_WAIT_REPLICAS: replicas } = variables;
    if (url === undefined) return [withoutVariable('REDIS_URL')];
    if (asked === undefined) return [withoutVariable('REDIS_APPENDFSYNC')];
    const { host } = new URL(url);
    let facts: RedisFacts;
    try {
      facts = await withRedis(url, readFacts);
    } catch (error) {
      return [toAway(host, error)];
    }
    const found = [
      ...judgeVersion(facts),
      ...judgeSettings(facts, asked),
      ...judgePromise(asked),
      ...judgeReplicas(facts, replicas ?? 0),
      ...judgeMemory(facts),
    ];
    const version = facts.info.get('redis_version');
    const fine: Finding = { level: 'ok', says: `Redis ${version} at ${host} keeps what it acknowledges` };
    return found.length === 0 ? [fine] : found;
  },
};

/** Settings that Redis does not tell, as a managed one, are left undefined. */
async function readFacts(redis: AskableRedis): Promise<RedisFacts> {
  const lines = (await redis.info()).split(/\r?\n/).map((line) => /^(\w+):(.*)$/.exec(line));
  const info = new Map(lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
  const config: Record<string, string | undefined> = {};
  for (const name of durabilitySettings) {
    const answer = await redis.config('GET', name).catch(() => undefined);
    config[name] = Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
  }
  return { info, config };
}

function toAway(host: string, error: unknown): Finding {
  const refusal = error instanceof Error ? /^[A-Z]{4,20}\b/.exec(error.message)?.[0] : undefined;
  return {
    level: 'problem',
    says: `Redis at ${host} does not answer${refusal === undefined ? '' : ` (${refusal})`}`,
    where: 'REDIS_URL',
    todo: [
      refusal === undefined
        ? 'start it, or mend the address; from here its port must be reachable'
        : 'mend the user and password in REDIS_URL; they must be percent-encoded',
      'until then callbacks go to the inbox in MongoDB, and nothing is worked',
    ],
  };
}

/** BullMQ works from 5.0 on, and asks for 6.2. */
function judgeVersion({ info }: RedisFacts): Finding[] {
  const version = info.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 2)) return [];
  return [
    {
      level: major < 5 ? 'problem' : 'warning',
      says: `Redis is version ${version}; the queues want 6.2 or later`,
      where: 'REDIS_URL',
      todo: ['upgrade it to 7, or to Valkey'],
    },
  ];
}

function judgeSettings({ info, config }: RedisFacts, asked: Durability): Finding[] {
  const problems = judgeDurability({ role: info.get('role') ?? 'unknown', config }, asked);
  return problems.map((says, index) => ({
    level: 'problem',
    says,
    where: 'redis.conf of the server in REDIS_URL',
    todo: [toSettingAdvice(says.split(':')[0] ?? ''), ...(index === problems.length - 1 ? adviceForAll : [])],
  }));
}

const wanted: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
};

function toSettingAdvice(name: string): string {
  const value = wanted[name];
  if (value === undefined)
    return 'name the primary; behind Sentinel or a cluster, an address that leads to it';
  return `write "${name} ${value}" into redis.conf, and now: redis-cli CONFIG SET ${name} ${value}`;
}

const adviceForAll = [
  'a provider that forbids CONFIG: set all of it in its console, and REDIS_APPENDFSYNC=unchecked',
  'until then Redis may lose what it acknowledged, so the ingress keeps callbacks in MongoDB alone',
];

function judgePromise(asked: Durability): Finding[] {
  const says = {
    always: undefined,
    everysec:
      'REDIS_APPENDFSYNC is everysec: a second of acknowledged callbacks may be lost with the machine',
    unchecked: 'REDIS_APPENDFSYNC is unchecked: nobody looks whether Redis keeps what it acknowledges',
  }[asked];
  if (says === undefined) return [];
  return [
    { level: 'warning', says, where: 'REDIS_APPENDFSYNC', todo: ['leave it unset if Redis can do always'] },
  ];
}

function judgeReplicas({ info }: RedisFacts, wantedReplicas: number): Finding[] {
  const online = [...info].filter(
    ([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online'),
  );
  if (online.length >= wantedReplicas) return [];
  return [
    {
      level: 'problem',
      says: `REDIS_WAIT_REPLICAS asks for ${wantedReplicas} replicas, and ${online.length} are connected`,
      where: 'REDIS_WAIT_REPLICAS',
      todo: ['connect replicas, or lower it: as it is, every callback waits in vain and goes to the inbox'],
    },
  ];
}

function judgeMemory({ info }: RedisFacts): Finding[] {
  const [used, most] = [Number(info.get('used_memory')), Number(info.get('maxmemory'))];
  if (!(most > 0) || used < most * 0.8) return [];
  return [
    {
      level: 'warning',
      says: `Redis uses ${Math.round((used / most) * 100)} % of its maxmemory; when it is full it refuses jobs`,
      where: 'redis.conf of the server in REDIS_URL',
      todo: ['raise maxmemory; look at the queues, where jobs may wait'],
    },
  ];
}
