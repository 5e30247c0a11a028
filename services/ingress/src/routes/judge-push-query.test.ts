import { type ReceivingApp, receivePush } from '@huidiao/wechat';
import { signPush } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgePushQuery } from './judge-push-query.ts';

describe('judgePushQuery', () => {
  const token = 'token-of-the-test';
  const now = new Date('2026-11-22T08:00:00.000Z');
  const timestamp = String(now.getTime() / 1_000);
  const plain: ReceivingApp = {
    appId: 'wx1234567890abcdef',
    tokens: [token],
    aesKeys: [],
    originalId: undefined,
    transfersCustomerService: false,
  };
  const safe: ReceivingApp = { ...plain, aesKeys: [Buffer.alloc(32, 7)] };
  const encrypt = Buffer.alloc(64, 9).toString('base64');
  const signature = signPush(token, timestamp, 'nonce');
  const genuine = { timestamp, nonce: 'nonce', signature };
  const msgSignature = signPush(token, timestamp, 'nonce', encrypt);

  const rows: readonly [name: string, app: ReceivingApp, query: Record<string, string>, reason?: string][] = [
    ['a genuine plain push', plain, genuine],
    ['a forged plain push', plain, { ...genuine, signature: 'x' }, 'signature_mismatch'],
    ['a plain push without a signature', plain, { timestamp, nonce: 'nonce' }, 'parameter_missing'],
    ['an encrypted push to an app without a key', plain, { timestamp, nonce: 'n', msg_signature: 'x' }],
    [
      'an encrypted push, signed, to an app without a key',
      plain,
      { ...genuine, signature: 'x', encrypt_type: 'aes', msg_signature: msgSignature },
    ],
    ['an encrypted push', safe, { ...genuine, encrypt_type: 'aes', msg_signature: 'x' }],
    ['an encrypted push signed as if it were empty', safe, { ...genuine, msg_signature: signature }],
    ['a plain push to an app with a key', safe, genuine],
    ['a push without a nonce', safe, { timestamp }, 'parameter_missing'],
    ['a push of last week', safe, { ...genuine, timestamp: '1763000000' }, 'timestamp_out_of_window'],
    ['a push whose timestamp is no number', safe, { ...genuine, timestamp: 'x' }, 'timestamp_malformed'],
    ['a push with a list in its query', safe, { ...genuine, 'nonce[]': 'x' }, 'query_malformed'],
  ];
  const bodies = [
    '',
    '{"Event":"debug_demo"}',
    `{"Encrypt":"${encrypt}"}`,
    '<xml><Event>debug_demo</Event></xml>',
  ];

  for (const [name, app, query, reason] of rows) {
    const rawQuery = new URLSearchParams(query).toString();
    it(`${reason === undefined ? 'leaves to the body' : 'refuses, as it would with every body,'} ${name}`, () => {
      expect(judgePushQuery(rawQuery, app, now)).to.equal(reason);
      if (reason === undefined) return;
      for (const body of bodies) {
        const received = receivePush({ rawQuery, body: Buffer.from(body) }, app, now);
        expect(received.kind, body).to.equal('not-authentic');
      }
    });
  }
});
