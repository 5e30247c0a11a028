import { createHash } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type { ConsentAnswer, ConsentState, ConsentStore } from './consent.ts';
import type { Person } from './forget-buyer.ts';
import { insertIfNew } from './insert-if-new.ts';
import { isDuplicateKey } from './is-duplicate-key.ts';
import { mapSettled } from './map-settled.ts';
import type { Recipient } from './message.ts';
import { oneBatch } from './one-batch.ts';
import { rowOptions } from './row-options.ts';

/** An answer, or with `forgottenAt` alone the mark that a person was forgotten. */
interface ConsentRow {
  /** A digest: the key of a callback may name the user. */
  _id: string;
  appId?: string;
  openId?: string;
  templateId?: string;
  answer?: ConsentAnswer['answer'];
  occurredAt?: Date;
  /** There only while the grant may be used. */
  isOpen?: true;
  /** Key of the message that used it. */
  usedBy?: string;
  forgottenAt?: Date;
  expiresAt?: Date;
  createdAt: Date;
}

const consentSchema = new Schema<ConsentRow>(
  {
    _id: String,
    appId: String,
    openId: String,
    templateId: String,
    answer: String,
    occurredAt: Date,
    isOpen: Boolean,
    usedBy: String,
    forgottenAt: Date,
    expiresAt: Date,
    createdAt: Date,
  },
  { ...rowOptions, collection: 'consents' },
);

/** More than anybody has; WeChat itself names no limit. */
const mostGrants = 100;
/** WeChat's times are whole seconds, so that several answers may be the last. */
const mostLastAnswers = 10;
const mostTries = 5;
const dayMs = 24 * 60 * 60 * 1_000;
/** Long after the last re-send: until then a row without the person in it keeps the answer from coming back. */
const forgottenForMs = 30 * dayMs;
/** A grant has no end until it is used; an answer of more than a year ago blocks nobody. */
const answeredForMs = 400 * dayMs;

/** Over the collection `consents`. */
export function createConsentStore(connection: StoreConnection, clock: Clock): ConsentStore {
  const { run } = connection;
  const rows = connection.table(consentSchema);

  const read = (operation: string, filter: object, sort: Record<string, 1 | -1>, limit: number) =>
    run(`consents.${operation}`, async () =>
      rows.find(filter).sort(sort).setOptions(oneBatch(limit)).lean<ConsentRow[]>(),
    );
  const openGrants = (recipient: Recipient, limit = mostGrants) =>
    read('open', { ...toNamed(recipient), isOpen: true }, { occurredAt: 1 }, limit);

  async function close(_id: string, usedBy?: string): Promise<boolean> {
    const expiresAt = toExpiry(clock.now(), answeredForMs);
    const update = { $set: { expiresAt, ...(usedBy !== undefined && { usedBy }) }, $unset: { isOpen: 1 } };
    const closed = await run('consents.close', async () =>
      rows.findOneAndUpdate({ _id, isOpen: true }, update).lean(),
    );
    return closed !== null;
  }

  /** What a withdrawal takes back; whatever of the two is stored second finds the other one. */
  async function takeBack(answer: ConsentAnswer, _id: string): Promise<void> {
    if (answer.answer === 'reject' || answer.answer === 'allow') return;
    if (answer.answer === 'accept') {
      const withdrawn = await read(
        'withdrawn',
        { ...toNamed(answer), answer: 'withdraw' },
        { occurredAt: -1 },
        1,
      );
      const at = withdrawn[0]?.occurredAt;
      if (at !== undefined && at >= answer.occurredAt) await close(_id);
      return;
    }
    const before = { ...toNamed(answer), isOpen: true, occurredAt: trusted({ $lte: answer.occurredAt }) };
    for (;;) {
      const grants = await read('before-withdrawal', before, { occurredAt: 1 }, mostGrants);
      if (grants.length === 0) return;
      await mapSettled(grants, (grant) => close(grant._id));
    }
  }

  async function strip({ _id }: Pick<ConsentRow, '_id'>): Promise<boolean> {
    const update = {
      $set: { expiresAt: toExpiry(clock.now(), forgottenForMs) },
      $unset: { appId: 1, openId: 1, templateId: 1, isOpen: 1, answer: 1, occurredAt: 1 },
    };
    const named = { _id, openId: trusted({ $exists: true }) };
    const stripped = await run('consents.strip', async () => rows.findOneAndUpdate(named, update).lean());
    return stripped !== null;
  }

  return {
    async record(answer) {
      const row = toRow(answer, clock.now());
      await run('consents.record', () => insertIfNew(rows, row));
      await takeBack(answer, row._id);
      const [mark] = await read('forgotten', { _id: toMarkId(answer) }, { _id: 1 }, 1);
      if (mark?.forgottenAt !== undefined && mark.forgottenAt >= answer.occurredAt) await strip(row);
    },
    async state(recipient) {
      const [open, last] = await Promise.all([
        openGrants(recipient),
        read('last', toNamed(recipient), { occurredAt: -1 }, mostLastAnswers),
      ]);
      return toState(open, last);
    },
    async use(recipient, usedBy) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const [used] = await read('used', { usedBy }, { _id: 1 }, 1);
        if (used !== undefined) return true;
        const [oldest] = await openGrants(recipient, 1);
        if (oldest === undefined) return false;
        const isTaken = await close(oldest._id, usedBy).catch(unlessUsedMeanwhile);
        if (isTaken) return true;
      }
      return false;
    },
    void: async (grants) => {
      await mapSettled(grants, (id) => close(id));
    },
    async forget(person, at) {
      const mark = { $max: { forgottenAt: at }, $setOnInsert: { createdAt: clock.now() } };
      const update = { ...mark, $set: { expiresAt: toExpiry(clock.now(), forgottenForMs) } };
      await run('consents.mark-forgotten', async () =>
        rows.findOneAndUpdate({ _id: toMarkId(person) }, update, { upsert: true }).lean(),
      );
      const { appId, openId } = person;
      let forgotten = 0;
      for (;;) {
        const found = await read('of-person', { appId, openId }, { occurredAt: 1 }, mostGrants);
        if (found.length === 0) return forgotten;
        forgotten += (await mapSettled(found, strip)).filter(Boolean).length;
      }
    },
  };
}

/** A message that has used another grant at this very moment: the next try finds that one. */
function unlessUsedMeanwhile(error: unknown): false {
  if (isDuplicateKey((error as { cause?: unknown }).cause ?? error, ['usedBy'])) return false;
  throw error;
}

function toNamed({ appId, openId, templateId }: Recipient) {
  return { appId, openId, templateId };
}

function toRow(answer: ConsentAnswer, now: Date) {
  return {
    _id: toDigest('answer', answer.eventKey, answer.templateId),
    ...toNamed(answer),
    answer: answer.answer,
    occurredAt: answer.occurredAt,
    ...(answer.answer === 'accept' ? { isOpen: true as const } : { expiresAt: toExpiry(now, answeredForMs) }),
    createdAt: now,
  };
}

function toExpiry(now: Date, keptForMs: number): Date {
  return new Date(now.getTime() + keptForMs);
}

function toMarkId({ appId, openId }: Person): string {
  return toDigest('forgotten', appId, openId);
}

function toDigest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * | grants that may be used | the last answer | |
 * |---|---|---|
 * | some | | granted |
 * | none | reject or withdraw, and nothing else in the same second | blocked |
 * | none | anything else | unknown |
 */
function toState(open: readonly ConsentRow[], last: readonly ConsentRow[]): ConsentState {
  if (open.length > 0) return { state: 'granted', left: open.length, grants: open.map(({ _id }) => _id) };
  const at = last[0]?.occurredAt?.getTime();
  const answers = last.filter(({ occurredAt }) => occurredAt?.getTime() === at);
  const isRefused =
    answers.length > 0 && answers.every(({ answer }) => answer === 'reject' || answer === 'withdraw');
  return { state: isRefused ? 'blocked' : 'unknown' };
}
