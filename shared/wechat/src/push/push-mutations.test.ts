import { notedEvents } from '@huidiao/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type Framing,
  now,
  pushVector,
  type SignedRequest,
  sealFrame,
  toApp,
  toEncryptedRequest,
  toPlainRequest,
  toPlaintextApp,
  toSafeRequest,
} from './push.fixture.test.ts';
import { type PushOutcome, receivePush } from './receive-push.ts';
import { verifyPushAddress } from './verify-push-address.ts';

const bodies = pushVector<{ cases: readonly { readonly body: string }[] }>('15-event-shapes').cases.map(
  ({ body }) => body,
);
const app = toApp();
const plaintextApp = toPlaintextApp();
const anyBody = fc.constantFrom(...bodies.filter((body) => !body.includes('<Encrypt>')));

/** One change of a text at one place. */
const anyEdit = fc.oneof(
  fc.record({ at: fc.nat(), cut: fc.constant(1), put: fc.string({ unit: 'binary', maxLength: 1 }) }),
  fc.record({ at: fc.nat(), cut: fc.nat({ max: 40 }), put: fc.constant('') }),
  fc.record({
    at: fc.nat(),
    cut: fc.constant(0),
    put: fc.constantFrom(
      ...['"', '\\', '{', '}', '[', ']', ',', ':', '<', '>', '&', '&lt;', '<a>', '</a>', '<!--', '<![CDATA['],
      ...[']]>', '\0', '😀', '\uD800', '9'.repeat(40), '"__proto__":{},', '<__proto__></__proto__>', 'null'],
    ),
  }),
);

function edit(text: string, { at, cut, put }: { at: number; cut: number; put: string }): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + put + text.slice(place + cut);
}

function outcomeOf(request: SignedRequest, receiving = app): PushOutcome {
  return receivePush(request, receiving, now);
}

/** What every answer of receivePush must be, whatever it got. */
function expectContract(outcome: PushOutcome): void {
  if (outcome.kind === 'not-authentic') return;
  if (outcome.kind === 'not-openable') {
    expect(outcome.notificationId).to.match(/^[0-9a-f]{64}$/);
    return;
  }
  const { notificationId, eventType, callbackKey, facts, content } = outcome.callback;
  expect(notificationId).to.match(/^[\x21-\x7E]{1,64}$/);
  expect(eventType).to.match(/^[\x21-\x7E]{1,64}$/);
  expect(callbackKey).to.match(/^[0-9A-Za-z_.|*-]{1,200}$/);
  if (content !== undefined) expect(JSON.parse(content)).to.be.an('object');
  for (const { event } of facts) {
    if (event.type === 'callback.unhandled') continue;
    const schema = Object.entries(notedEvents).find(([type]) => type === event.type)?.[1];
    expect(schema?.parse(event)).to.deep.equal(event);
  }
}

describe('a push with one thing changed', () => {
  it('is not genuine where the change is in what is signed', () => {
    const names = ['timestamp', 'nonce', 'msg_signature'];
    fc.assert(
      fc.property(anyBody, fc.constantFrom(...names), anyEdit, (body, name, change) => {
        const { rawQuery, body: sealed } = toSafeRequest(body);
        const query = new URLSearchParams(rawQuery);
        const value = query.get(name) ?? '';
        const changed = edit(value, change);
        fc.pre(changed !== value);
        query.set(name, changed);
        expect(outcomeOf({ rawQuery: query.toString(), body: sealed }).kind).to.equal('not-authentic');
      }),
      { numRuns: 300 },
    );
  });

  it('is not genuine, or says exactly the same, wherever in query and body the change is', () => {
    fc.assert(
      fc.property(anyBody, fc.boolean(), anyEdit, (body, inQuery, change) => {
        const request = toSafeRequest(body);
        const genuine = outcomeOf(request);
        const outcome = outcomeOf({
          rawQuery: inQuery ? edit(request.rawQuery, change) : request.rawQuery,
          body: inQuery ? request.body : Buffer.from(edit(request.body.toString('utf8'), change)),
        });
        expectContract(outcome);
        if (outcome.kind !== 'genuine' || genuine.kind !== 'genuine') return;
        expect(outcome.callback).to.deep.equal(genuine.callback);
      }),
      { numRuns: 500 },
    );
  });

  it('is not genuine where the change is under a good signature, but in the frame', () => {
    const framing: fc.Arbitrary<Framing> = fc.oneof(
      fc.record({ length: fc.nat({ max: 0xffffffff }) }),
      fc.record({ appId: fc.string({ maxLength: 40 }) }),
      fc.record({ key: fc.string({ unit: fc.constantFrom(...'aB0xYz9'), minLength: 43, maxLength: 43 }) }),
      fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })).map(([last, other]) => ({
        padding: (rest: number) => Buffer.concat([Buffer.alloc(rest - 1, other), Buffer.from([last])]),
      })),
    );
    fc.assert(
      fc.property(anyBody, framing, (body, frame) => {
        const encrypt = sealFrame(body, frame);
        fc.pre(encrypt !== sealFrame(body));
        expect(outcomeOf(toEncryptedRequest(encrypt, body.startsWith('<'))).kind).not.to.equal('genuine');
      }),
      { numRuns: 300 },
    );
  });

  it('is answered by the contract where WeChat itself sent what was changed', () => {
    fc.assert(
      fc.property(anyBody, anyEdit, anyEdit, (body, one, other) => {
        const changed = edit(edit(body, one), other);
        const safe = outcomeOf(toSafeRequest(changed));
        expect(safe.kind).to.equal('genuine');
        expectContract(safe);
        expectContract(outcomeOf(toPlainRequest(changed), plaintextApp));
      }),
      { numRuns: 600 },
    );
  });

  it('throws on no bytes whatever', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 300 }), (rawQuery, bytes) => {
        expect(outcomeOf({ rawQuery, body: Buffer.from(bytes) }).kind).to.equal('not-authentic');
        expect(verifyPushAddress(rawQuery, app).kind).to.equal('not-authentic');
      }),
      { numRuns: 300 },
    );
  });
});
