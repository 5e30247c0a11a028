import { notedEvent, paymentSucceeded, refundEvent } from '@huidiao/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { vectorBytes } from '../pay/vectors.fixture.test.ts';
import { parseXml, type XmlElement } from '../xml/parse-xml.ts';
import { receiveV2Notification, type V2NotificationOutcome } from './receive-v2-notification.ts';
import {
  contract,
  deduction,
  encryptReqInfo,
  type Fields,
  payment,
  receivingMerchant,
  refund,
  refundBody,
  signedBody,
  toXml,
} from './v2.fixture.test.ts';

const merchant = receivingMerchant();
const receive = (body: Buffer) => receiveV2Notification(body, merchant);
const numRuns = 400;

const valid = [
  signedBody(payment),
  signedBody(payment, { type: 'HMAC-SHA256' }),
  signedBody(deduction),
  signedBody(contract),
  refundBody(),
];

/** One change of the bytes: flipped, taken out, put in, or cut off. */
const byteChange = fc.record({
  body: fc.constantFrom(...valid),
  place: fc.nat(10_000),
  byte: fc.integer({ min: 0, max: 255 }),
  how: fc.constantFrom('set', 'flip', 'remove', 'insert', 'cut', 'double'),
});

function changeBytes({
  body,
  place,
  byte,
  how,
}: typeof byteChange extends fc.Arbitrary<infer T> ? T : never) {
  const at = place % body.length;
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  switch (how) {
    case 'set':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << (byte % 8))]), after.subarray(1)]);
    case 'remove':
      return Buffer.concat([before, after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), after]);
    case 'cut':
      return before;
    case 'double':
      return Buffer.concat([body, body]);
  }
}

const markup = fc.constantFrom(
  '<!DOCTYPE xml [<!ENTITY a "b">]>',
  '<!--x-->',
  '<?x y?>',
  '<mch_id>1900000002</mch_id>',
  '<total_fee>1</total_fee>',
  '<a><b/></a>',
  '<a>&x;</a>',
  '<a>&#0;</a>',
  '<sign/>',
  '<empty/>',
  '</xml>',
  '<xml>',
  ']]>',
  '<![CDATA[x]]>',
);

/** Values that a field of a genuine notification might suddenly have. */
const value = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1.5',
    '9'.repeat(40),
    'SUCCESS',
    'FAIL',
    'REFUND',
    'ADD',
    'DELETE',
    '__proto__',
  ),
  fc.string({ unit: fc.constantFrom(...'0123456789abcXYZ_-支付<>&='), maxLength: 40 }),
);
const name = fc.constantFrom(
  ...new Set([
    ...Object.keys({ ...payment, ...deduction, ...contract, ...refund }),
    '__proto__',
    'constructor',
    'new',
  ]),
);
const fieldChange = fc.record({
  fields: fc.constantFrom<Fields>(payment, deduction, contract),
  name,
  value: fc.option(value, { nil: undefined }),
});

function changeField(fields: Fields, at: string, to: string | undefined): Fields {
  const kept = Object.entries(fields).filter(([key]) => key !== at);
  return Object.fromEntries(to === undefined ? kept : [...kept, [at, to]]);
}

/** Whatever it is, the job that is made of it is taken by the schema of that job. */
function expectToBeAJob(outcome: V2NotificationOutcome) {
  if (outcome.kind !== 'genuine') return;
  const { callback } = outcome;
  const [{ event, callbackKey }] = callback.facts;
  expect(callback.notificationId).to.match(/^[\x21-\x7e]{1,64}$/);
  expect(callbackKey)
    .to.equal(callback.callbackKey)
    .and.to.match(/^[\x21-\x7e]{1,200}$/);
  expect(JSON.parse(callback.content ?? '')).to.be.an('object');
  if (event.type === 'callback.unhandled') return;
  const schema =
    event.type === 'payment.succeeded'
      ? paymentSucceeded
      : event.type.startsWith('refund.')
        ? refundEvent
        : notedEvent;
  expect(schema.parse(event)).to.deep.equal(event);
}

describe('a notification of API v2 in which one thing was changed', () => {
  const facts = new Map<Buffer, ReturnType<typeof factsOf>>();
  before(() => {
    for (const body of valid) facts.set(body, factsOf(body));
  });

  it('says what it said before, or is refused, when the change is of its bytes', () => {
    fc.assert(
      fc.property(byteChange, (change) => {
        const outcome = receive(changeBytes(change));
        if (outcome.kind === 'genuine') expect(outcome.callback.facts).to.deep.equal(facts.get(change.body));
      }),
      { numRuns },
    );
  });

  it('says what it said before, or is refused, when markup is put into it', () => {
    const between = fc.record({ body: fc.constantFrom(...valid), place: fc.nat(100), put: markup });
    fc.assert(
      fc.property(between, ({ body, place, put }) => {
        const parts = body.toString().split('\n');
        const at = place % (parts.length + 1);
        const changed = [...parts.slice(0, at), put, ...parts.slice(at)].join('\n');
        const outcome = receive(Buffer.from(changed));
        if (outcome.kind === 'genuine') expect(outcome.callback.facts).to.deep.equal(facts.get(body));
      }),
      { numRuns },
    );
  });

  it('always comes to an answer, and to a job that is taken, when it is signed after the change', () => {
    let genuine = 0;
    fc.assert(
      fc.property(fieldChange, ({ fields, name: at, value: to }) => {
        const outcome = receive(signedBody(changeField(fields, at, to)));
        if (outcome.kind === 'genuine') genuine += 1;
        else expect(outcome).to.deep.equal({ kind: 'not-authentic', reason: 'ids_of_another_merchant' });
        expectToBeAJob(outcome);
      }),
      { numRuns },
    );
    expect(genuine).to.be.greaterThan(numRuns / 2);
  });

  it('always comes to an answer, and to a job that is taken, when it is encrypted after the change', () => {
    const change = fc.record({ name, value: fc.option(value, { nil: undefined }) });
    fc.assert(
      fc.property(change, ({ name: at, value: to }) => {
        const req_info = encryptReqInfo(toXml('root', changeField(refund, at, to)));
        const outcome = receive(refundBody({ around: { req_info } }));
        expect(outcome.kind).to.equal('genuine');
        expectToBeAJob(outcome);
      }),
      { numRuns },
    );
  });

  it('comes to an answer when it is no notification at all', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((values) => Buffer.from(values));
    const soup = fc
      .array(fc.oneof(markup, fc.constantFrom('<a>', '</a>', '<sign>', '</sign>', '&lt;', 'x', '<![CDATA[')))
      .map((parts) => Buffer.from(`<xml>${parts.join('')}</xml>`));
    fc.assert(
      fc.property(fc.oneof(bytes, soup), (body) => {
        expect(receive(body).kind).to.equal('not-authentic');
        expectSound(parseXml(body));
      }),
      { numRuns },
    );
  });

  it('is refused with an external entity, as WeChat Pay probes for it', () => {
    const probe = vectorBytes('v2/php-invalid.xxe_injection.sample.xml');
    expect(receive(probe)).to.deep.equal({ kind: 'not-authentic', reason: 'xml_refused' });
    expect(parseXml(probe)).to.equal(undefined);
  });
});

function factsOf(body: Buffer) {
  const outcome = receive(body);
  if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
  return outcome.callback.facts;
}

/** Text or children, never both. */
function expectSound(element: XmlElement | undefined) {
  if (element === undefined) return;
  expect(element.children.length === 0 || element.text === '').to.equal(true);
  element.children.forEach(expectSound);
}
