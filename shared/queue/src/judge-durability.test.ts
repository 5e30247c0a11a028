import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Durability, judgeDurability } from './judge-durability.ts';

const good = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
};

describe('judgeDurability', () => {
  const rows: [what: string, asked: Durability, change: object, role: string, problems: string[]][] = [
    ['what it should be', 'always', {}, 'master', []],
    ['no append-only file', 'always', { appendonly: 'no' }, 'master', ['appendonly: no, must be yes']],
    [
      'an fsync every second that nobody asked for',
      'always',
      { appendfsync: 'everysec' },
      'master',
      ['appendfsync: everysec, must be always'],
    ],
    ['an fsync every second by setting', 'everysec', { appendfsync: 'everysec' }, 'master', []],
    ['more than the setting asks for', 'everysec', {}, 'master', []],
    [
      'no fsync at all',
      'everysec',
      { appendfsync: 'no' },
      'master',
      ['appendfsync: no, must be always or everysec'],
    ],
    [
      'no fsync while the file is rewritten',
      'always',
      { 'no-appendfsync-on-rewrite': 'yes' },
      'master',
      ['no-appendfsync-on-rewrite: yes, must be no'],
    ],
    [
      'eviction',
      'always',
      { 'maxmemory-policy': 'allkeys-lru' },
      'master',
      ['maxmemory-policy: allkeys-lru, must be noeviction'],
    ],
    [
      'a setting that Redis does not tell',
      'always',
      { appendonly: undefined },
      'master',
      ['appendonly: unknown, must be yes'],
    ],
    ['a replica', 'always', {}, 'slave', ['role: slave, must be master']],
    ['a replica, unchecked', 'unchecked', {}, 'slave', ['role: slave, must be master']],
    ['anything else, unchecked', 'unchecked', { appendonly: 'no' }, 'master', []],
  ];
  for (const [what, asked, change, role, problems] of rows) {
    it(`${problems.length ? 'refuses' : 'accepts'} ${what} (${asked})`, () => {
      expect(judgeDurability({ role, config: { ...good, ...change } }, asked)).to.deep.equal(problems);
    });
  }
});
