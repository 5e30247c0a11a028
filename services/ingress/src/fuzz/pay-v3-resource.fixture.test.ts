import type { JsonObject } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import fc from 'fast-check';
import { editJson, type TreeEdit } from './edit-tree.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { mchIds } from './installation.fixture.test.ts';
import {
  findV3Message,
  sealAnew,
  signAnew,
  toPlaintext,
  v3Messages,
  wrapAnew,
} from './pay-v3-messages.fixture.test.ts';
import { expectEveryOrder, expectMoneyOfV3, expectSaid } from './said.fixture.test.ts';
import type { Visit } from './site.fixture.test.ts';
import { jsonEdits, moneyEdits } from './tree-edits.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Changes of what a notification of API v3 says, encrypted and signed after them as WeChat Pay would. */

const messages = fc.constantFrom(...v3Messages.keys());
/** Names by which a resource says whose it is. */
const idNames = ['mchid', 'mch_id', 'sp_mchid', 'combine_mchid', 'receiver'];

type Taken = Extract<Expected, { kind: 'taken' }>;

function taken(request: WireRequest, plaintext: string, orRefusedWith: readonly number[] = []): Taken {
  const eventType = readEventType(request.body);
  const check = (visit: Visit) => {
    expectSaid(visit, plaintext, { mchId: mchIds.own });
    expectMoneyOfV3(visit, eventType, plaintext);
    const isAsked = eventType === 'ENTRUST.TERMINATE_INQUIRY';
    expect(visit.answer).to.have.property('status', isAsked ? 403 : 204);
  };
  return { kind: 'taken', orRefusedWith, check };
}

function readEventType(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())?.event_type;
  } catch {
    return undefined;
  }
}

function toResourceCase({ name, edit }: { name: string; edit: TreeEdit }): FuzzCase {
  const message = findV3Message(name);
  const { text, names } = editJson(message.resource, edit);
  const request = sealAnew(message, text);
  const isAboutIds = names.some((one) => idNames.includes(one));
  const expected = taken(request, text, isAboutIds ? [401] : []);
  const check = (visit: Visit) => {
    expected.check(visit);
    if (Array.isArray(message.resource.sub_orders)) expectEveryOrder(visit, message.resource, text);
  };
  return { valid: message.request, request, expected: { ...expected, check } };
}

/** One order of a combined payment has what another has. */
function toMixedCase({
  name,
  from,
  to,
  member,
}: {
  name: string;
  from: number;
  to: number;
  member: string;
}): FuzzCase {
  const message = findV3Message(name);
  const orders = [...(message.resource.sub_orders as readonly JsonObject[])];
  const [source = {}, target = {}] = [orders[from % orders.length], orders[to % orders.length]];
  orders[to % orders.length] = { ...target, [member]: source[member] };
  const text = JSON.stringify({ ...message.resource, sub_orders: orders });
  const request = sealAnew(message, text);
  const expected = taken(request, text);
  const check = (visit: Visit) => {
    expected.check(visit);
    expectEveryOrder(visit, message.resource, text);
  };
  return { valid: message.request, request, expected: { ...expected, check } };
}

/** What stands around the resource: its event type chooses the rule by which ids are compared. */
function toEnvelopeCase({ name, edit }: { name: string; edit: TreeEdit }): FuzzCase {
  const message = findV3Message(name);
  const { text, names } = editJson(message.envelope as JsonObject, edit);
  const request = signAnew(message, Buffer.from(text));
  const orRefusedWith = [
    ...(names.includes('event_type') ? [401] : []),
    ...(names.includes('resource') ? [500] : []),
  ];
  return { valid: message.request, request, expected: taken(request, toPlaintext(message), orRefusedWith) };
}

function toTypeCase({ name, eventType }: { name: string; eventType: string }): FuzzCase {
  const message = findV3Message(name);
  const request = wrapAnew(message, { ...message.envelope, event_type: eventType });
  return { valid: message.request, request, expected: taken(request, toPlaintext(message), [401]) };
}

const money = [...v3Messages.keys()].filter((name) => /^(TRANSACTION\.SUCCESS|REFUND\.)/.test(name));

const eventTypes = fc.oneof(
  fc.constantFrom(...new Set([...v3Messages.values()].map(({ spec }) => spec.eventType))),
  fc.constantFrom(
    'TRANSACTION.INDUSTRY_SUCCESS',
    'REFUND.',
    'REFUND.PROCESSING',
    'transaction.success',
    'x',
    '__proto__',
  ),
  fc.string({ unit: fc.constantFrom(...'ABCDEF._-'), minLength: 1, maxLength: 64 }),
);

const isProven = true;

export const resourcesOfV3: readonly Property[] = [
  toProperty({
    name: 'whose resource says something else',
    isProven,
    share: 28,
    specs: fc.record({ name: messages, edit: jsonEdits }),
    toCase: toResourceCase,
  }),
  toProperty({
    name: 'whose money is another',
    isProven,
    share: 9,
    specs: fc.record({ name: fc.constantFrom(...money), edit: moneyEdits }),
    toCase: toResourceCase,
  }),
  toProperty({
    name: 'whose orders are mixed',
    isProven,
    share: 1,
    specs: fc.record({
      name: fc.constantFrom('TRANSACTION.SUCCESS:combine', 'TRANSACTION.SUCCESS:combine-ten'),
      from: fc.nat(9),
      to: fc.nat(9),
      member: fc.constantFrom('transaction_id', 'transaction_id', 'out_trade_no', 'amount'),
    }),
    toCase: toMixedCase,
  }),
  toProperty({
    name: 'whose envelope says something else',
    isProven,
    share: 10,
    specs: fc.record({ name: messages, edit: jsonEdits }),
    toCase: toEnvelopeCase,
  }),
  toProperty({
    name: 'of another event type',
    isProven,
    share: 8,
    specs: fc.record({ name: messages, eventType: eventTypes }),
    toCase: toTypeCase,
  }),
];
