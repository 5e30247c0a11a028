import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { ConsentAnswer } from './consent.ts';
import { inParallel, useStore } from './test-store.test.ts';

const appId = 'wx0000000000000001';
const templateId = 'template-1';
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second));

describe('ConsentStore', () => {
  const { consents } = useStore().store;
  let people = 0;

  /** A new user, with what they answered: kind and second. */
  function newUser() {
    people += 1;
    const recipient = { appId, openId: `openid-${people}`, templateId };
    let events = 0;
    return {
      recipient,
      answer: async (answer: ConsentAnswer['answer'], second: number, eventKey?: string) => {
        events += 1;
        const key = eventKey ?? `event-${recipient.openId}-${events}`;
        await consents.record({ ...recipient, eventKey: key, answer, occurredAt: at(second) });
      },
      /** `granted 2`, `unknown` or `blocked`. */
      state: async () => {
        const state = await consents.state(recipient);
        return state.state === 'granted' ? `granted ${state.left}` : state.state;
      },
      use: (messageKey: string) => consents.use(recipient, messageKey),
    };
  }

  const courses: [what: string, answers: [ConsentAnswer['answer'], second: number][], state: string][] = [
    ['nothing was heard of', [], 'unknown'],
    ['agreed once', [['accept', 1]], 'granted 1'],
    [
      'agreed twice',
      [
        ['accept', 1],
        ['accept', 2],
      ],
      'granted 2',
    ],
    ['refused when asked', [['reject', 1]], 'blocked'],
    [
      'refused when asked again: what was agreed before counts',
      [
        ['accept', 1],
        ['reject', 2],
      ],
      'granted 1',
    ],
    [
      'withdrew',
      [
        ['accept', 1],
        ['accept', 2],
        ['withdraw', 3],
      ],
      'blocked',
    ],
    [
      'withdrew and agreed again',
      [
        ['accept', 1],
        ['withdraw', 2],
        ['accept', 3],
      ],
      'granted 1',
    ],
    [
      'refused and agreed later',
      [
        ['reject', 1],
        ['accept', 2],
      ],
      'granted 1',
    ],
    [
      'allowed it in the settings again',
      [
        ['withdraw', 1],
        ['allow', 2],
      ],
      'unknown',
    ],
    ['allowed it in the settings: that is no message', [['allow', 1]], 'unknown'],
  ];
  for (const [what, answers, state] of courses) {
    it(`knows a user who ${what} as ${state}, in whatever order and however often it is told`, async () => {
      const order = fc.shuffledSubarray([...answers.entries(), ...answers.entries()], {
        minLength: answers.length * 2,
      });
      await fc.assert(
        fc.asyncProperty(order, async (sequence) => {
          const user = newUser();
          for (const [index, [answer, second]] of sequence) {
            await user.answer(answer, second, `${user.recipient.openId}-${index}`);
          }
          expect(await user.state()).to.equal(state);
        }),
        { numRuns: answers.length < 2 ? 1 : 8 },
      );
    });
  }

  it('keeps an agreement and its withdrawal apart by their own time, also when both are stored at once', async () => {
    await inParallel(8, async () => {
      const user = newUser();
      await Promise.all([user.answer('accept', 1), user.answer('withdraw', 2), user.answer('accept', 3)]);
      expect(await user.state()).to.equal('granted 1');
    });
  });

  it('keeps users, apps and templates apart', async () => {
    const user = newUser();
    await user.answer('accept', 1);
    for (const other of [
      { appId: 'wx0000000000000002' },
      { openId: 'nobody' },
      { templateId: 'template-2' },
    ]) {
      expect(await consents.state({ ...user.recipient, ...other })).to.deep.equal({ state: 'unknown' });
    }
  });

  describe('a message', () => {
    it('uses one consent, however often it says so', async () => {
      const user = newUser();
      for (const second of [1, 2, 3]) await user.answer('accept', second);
      const used = await inParallel(8, () => user.use('message-1'));
      expect(used).to.deep.equal(Array(8).fill(true));
      expect(await user.state()).to.equal('granted 2');
    });

    it('uses one consent although it says so again while the first is on its way', async () => {
      const user = newUser();
      for (let second = 1; second <= 40; second += 1) await user.answer('accept', second);
      for (let message = 1; message <= 10; message += 1) {
        const saying: Promise<boolean>[] = [];
        for (let times = 0; times < 6; times += 1) {
          saying.push(user.use(`on-its-way-${message}`));
          await user.state();
        }
        await Promise.all(saying);
        expect(await user.state()).to.equal(`granted ${40 - message}`);
      }
    });

    it('of several at once uses its own', async () => {
      const user = newUser();
      for (const second of [1, 2, 3]) await user.answer('accept', second);
      const used = await inParallel(5, (index) => user.use(`of-several-${index}`));
      expect(used.filter(Boolean)).to.have.length(3);
      expect(await user.state()).to.equal('unknown');
    });

    it('uses nothing where nothing is left, and the event told again brings nothing back', async () => {
      const user = newUser();
      await user.answer('accept', 1, 'told-again');
      expect(await user.use('message-2')).to.equal(true);
      await user.answer('accept', 1, 'told-again');
      expect(await user.use('message-3')).to.equal(false);
      expect(await user.state()).to.equal('unknown');
    });

    it('that was refused takes back what was counted when it was sent, and nothing that came since', async () => {
      const user = newUser();
      await user.answer('accept', 1);
      const before = await consents.state(user.recipient);
      await user.answer('accept', 1);
      await consents.void(before.state === 'granted' ? before.grants : []);
      expect(await user.state()).to.equal('granted 1');
    });
  });

  describe('a person who is forgotten', () => {
    it('is known no more, and what they answered before does not come back with a late or repeated event', async () => {
      const user = newUser();
      await user.answer('accept', 1, 'early');
      await user.answer('withdraw', 2);
      expect(await consents.forget(user.recipient, at(10))).to.equal(2);
      expect(await consents.forget(user.recipient, at(10))).to.equal(0);
      await user.answer('accept', 1, 'early');
      await user.answer('accept', 9);
      expect(await user.state()).to.equal('unknown');
    });

    it('may come again', async () => {
      const user = newUser();
      await consents.forget(user.recipient, at(10));
      await user.answer('accept', 11);
      expect(await user.state()).to.equal('granted 1');
    });
  });
});
