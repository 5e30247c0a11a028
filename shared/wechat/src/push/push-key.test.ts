import { toCallbackJobId } from '@huidiao/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { toPushKey } from './push-key.ts';
import { knownPushEvents } from './push-kinds.ts';

const appId = `wx${'8'.repeat(30)}`;
const part = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'aB0_.-|*~: 回') }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 60, maxLength: 130 }),
);

describe('the key of a push', () => {
  it('is legal in every id, and no longer than 200 characters', () => {
    fc.assert(
      fc.property(fc.constantFrom(...knownPushEvents), fc.array(part, { maxLength: 5 }), (event, parts) => {
        const key = toPushKey(appId, event, parts);
        expect(key).to.match(/^[0-9A-Za-z_.|*-]{1,200}$/);
        expect(toCallbackJobId('apply-event', key)).to.equal(`apply-event_${key}`);
      }),
      { numRuns: 500 },
    );
  });

  it('differs where the parts differ', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 3 }), fc.array(part, { maxLength: 3 }), (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(toPushKey(appId, 'a', one) === toPushKey(appId, 'a', other)).to.equal(isSame);
      }),
      { numRuns: 500 },
    );
    for (const [one, other] of [
      [
        ['a_b', 'c'],
        ['a', 'b_c'],
      ],
      [['a|b'], ['a', 'b']],
      [['a b'], ['a-b']],
      [[''], []],
      [
        ['', 'a'],
        ['a', ''],
      ],
    ] as const) {
      expect(toPushKey(appId, 'a', one)).not.to.equal(toPushKey(appId, 'a', other));
    }
  });
});
