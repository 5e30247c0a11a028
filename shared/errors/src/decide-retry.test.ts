import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { AppError, type ErrorKind } from './app-error.ts';
import { decideRetry, type FailedAttempt, type RetryDecision, type RetryPolicy } from './decide-retry.ts';

const policy: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 1_000,
  maxDelayMs: 3_600_000,
  giveUpAfterMs: 86_400_000,
};
const start = new Date('2026-01-01T00:00:00Z');

interface Case {
  readonly name: string;
  readonly kind: ErrorKind;
  readonly attempt?: number;
  readonly postponements?: number;
  readonly elapsedMs?: number;
  readonly retryAfterMs?: number;
  readonly random?: number;
  readonly decision: RetryDecision;
}

const deadLetter = { action: 'dead-letter' } as const;
const retryIn = (delayMs: number) => ({ action: 'retry', delayMs }) as const;
const postponeBy = (delayMs: number) => ({ action: 'postpone', delayMs }) as const;

const cases: readonly Case[] = [
  { name: 'a permanent error at its first attempt', kind: 'permanent', decision: deadLetter },
  {
    name: 'a permanent error whatever it asks for',
    kind: 'permanent',
    retryAfterMs: 5,
    decision: deadLetter,
  },

  { name: 'a first failure', kind: 'transient', random: 1, decision: retryIn(1_000) },
  { name: 'a second failure', kind: 'transient', attempt: 2, random: 1, decision: retryIn(2_000) },
  { name: 'a fourth failure', kind: 'transient', attempt: 4, random: 1, decision: retryIn(8_000) },
  {
    name: 'a failure with half the jitter',
    kind: 'transient',
    attempt: 4,
    random: 0.5,
    decision: retryIn(4_000),
  },
  { name: 'a failure without jitter', kind: 'transient', random: 0, decision: retryIn(200) },
  { name: 'the last attempt', kind: 'transient', attempt: 5, decision: deadLetter },
  { name: 'an attempt beyond the last', kind: 'transient', attempt: 6, decision: deadLetter },
  {
    name: 'a failure just before the end',
    kind: 'transient',
    elapsedMs: 86_399_999,
    random: 1,
    decision: retryIn(1_000),
  },
  { name: 'a failure at the end', kind: 'transient', elapsedMs: 86_400_000, decision: deadLetter },
  {
    name: 'a remote that names a time',
    kind: 'transient',
    retryAfterMs: 30_000,
    random: 0,
    decision: retryIn(30_000),
  },
  {
    name: 'a remote that names a time, spread',
    kind: 'transient',
    retryAfterMs: 30_000,
    random: 1,
    decision: retryIn(33_000),
  },
  {
    name: 'a remote that names no time at all',
    kind: 'transient',
    retryAfterMs: 0,
    random: 0,
    decision: retryIn(200),
  },
  {
    name: 'a remote that names next year',
    kind: 'transient',
    retryAfterMs: 1e12,
    random: 0,
    decision: retryIn(86_400_000),
  },

  { name: 'a throttled call', kind: 'throttled', random: 1, decision: postponeBy(1_000) },
  {
    name: 'a throttled call at the last attempt',
    kind: 'throttled',
    attempt: 5,
    random: 1,
    decision: postponeBy(1_000),
  },
  {
    name: 'the third postponement',
    kind: 'throttled',
    postponements: 2,
    random: 1,
    decision: postponeBy(4_000),
  },
  {
    name: 'the thousandth postponement',
    kind: 'throttled',
    postponements: 999,
    random: 1,
    decision: postponeBy(60_000),
  },
  { name: 'a postponement at the end', kind: 'throttled', elapsedMs: 86_400_000, decision: deadLetter },
];

describe('decideRetry', () => {
  for (const { name, kind, decision, ...given } of cases) {
    it(`decides on ${name}: ${Object.values(decision).join(' after ')}`, () => {
      const { retryAfterMs } = given;
      const error = new AppError('INTERNAL_ERROR', {
        kind,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
      const failed: FailedAttempt = {
        error,
        attempt: given.attempt ?? 1,
        postponements: given.postponements ?? 0,
        firstAttemptAt: start,
      };
      const now = new Date(start.getTime() + (given.elapsedMs ?? 0));
      expect(decideRetry(failed, policy, now, () => given.random ?? 0.5)).to.deep.equal(decision);
    });
  }

  it('never waits longer than the cap or shorter than 200 ms, however often it failed', () => {
    const attempt = fc.integer({ min: 1, max: 10_000 });
    const jitter = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(attempt, jitter, fc.boolean(), (times, random, throttled) => {
        const error = new AppError('INTERNAL_ERROR', { kind: throttled ? 'throttled' : 'transient' });
        const failed = { error, attempt: times, postponements: times, firstAttemptAt: start };
        const decision = decideRetry(failed, { ...policy, attempts: 10_001 }, start, () => random);
        if (decision.action === 'dead-letter') throw new Error('it was given up');
        expect(decision.delayMs).to.be.within(200, throttled ? 60_000 : policy.maxDelayMs);
        expect(Number.isInteger(decision.delayMs)).to.equal(true);
      }),
    );
  });
});
