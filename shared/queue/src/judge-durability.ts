/**
 * What the operator asks of Redis.
 *
 * | durability  | appendonly | appendfsync        | no-appendfsync-on-rewrite | maxmemory-policy | role   |
 * |---          |---         |---                 |---                        |---               |---     |
 * | `always`    | yes        | always             | no                        | noeviction       | master |
 * | `everysec`  | yes        | always or everysec | no                        | noeviction       | master |
 * | `unchecked` | –          | –                  | –                         | –                | master |
 *
 * `everysec` may lose the last second or two of acknowledged callbacks when the machine dies.
 * `unchecked` is for managed Redis that forbids CONFIG: the operator vouches for it.
 */
export type Durability = 'always' | 'everysec' | 'unchecked';

/** What Redis says about itself, by the names of its configuration. */
export interface RedisSettings {
  readonly role: string;
  readonly config: Readonly<Record<string, string | undefined>>;
}

/** Settings that `judgeDurability` looks at. */
export const durabilitySettings = [
  'appendonly',
  'appendfsync',
  // With `yes`, Redis skips the fsync while a child rewrites its file, even under appendfsync always.
  // https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
  'no-appendfsync-on-rewrite',
  // Anything but noeviction drops jobs when memory is short. https://docs.bullmq.io/guide/going-to-production
  'maxmemory-policy',
] as const;

/** Everything that makes this Redis lose jobs, as `setting: what it is, what it must be`; empty when it is fit. */
export function judgeDurability(settings: RedisSettings, asked: Durability): string[] {
  const problems: string[] = [];
  if (settings.role !== 'master') problems.push(`role: ${settings.role}, must be master`);
  if (asked === 'unchecked') return problems;

  const accepted: Record<(typeof durabilitySettings)[number], readonly string[]> = {
    appendonly: ['yes'],
    appendfsync: asked === 'always' ? ['always'] : ['always', 'everysec'],
    'no-appendfsync-on-rewrite': ['no'],
    'maxmemory-policy': ['noeviction'],
  };
  for (const name of durabilitySettings) {
    const value = settings.config[name];
    if (value !== undefined && accepted[name].includes(value)) continue;
    problems.push(`${name}: ${value ?? 'unknown'}, must be ${accepted[name].join(' or ')}`);
  }
  return problems;
}
