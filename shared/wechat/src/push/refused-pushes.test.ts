import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  type Framing,
  now,
  originalId,
  type SignedRequest,
  sealFrame,
  toApp,
  toEncryptedRequest,
  token,
  toPlainRequest,
  toPlaintextApp,
  toSafeRequest,
} from './push.fixture.test.ts';
import { receivePush } from './receive-push.ts';

const message = `{"ToUserName":"${originalId}","CreateTime":1763776800,"MsgType":"event","Event":"debug_demo"}`;
const safe = toSafeRequest(message);
const plain = toPlainRequest(message);

function framed(frame: Framing): SignedRequest {
  return toSafeRequest(message, { frame });
}

function changeQuery({ rawQuery, body }: SignedRequest, change: (query: string) => string): SignedRequest {
  return { rawQuery: change(rawQuery), body };
}

describe('a push', () => {
  const refused: readonly [what: string, request: SignedRequest, reason: string, app?: 'plaintext'][] = [
    ['in plaintext where the app has a key', plain, 'not_encrypted'],
    [
      'in plaintext with an aes query where the app has a key',
      toPlainRequest(message, { query: { encrypt_type: 'aes' } }),
      'not_encrypted',
    ],
    [
      'in plaintext with an aes query',
      toPlainRequest(message, { query: { encrypt_type: 'aes' } }),
      'not_encrypted',
      'plaintext',
    ],
    [
      'in plaintext with encrypt in small letters',
      toPlainRequest(message.replace('{', '{"encrypt":"x",')),
      'not_encrypted',
    ],
    [
      'whose encrypt_type is des',
      changeQuery(safe, (query) => query.replace('=aes', '=des')),
      'encrypt_type_unsupported',
    ],
    [
      'whose encrypt_type is raw though it is encrypted',
      changeQuery(safe, (query) => query.replace('=aes', '=raw')),
      'encrypt_type_unsupported',
    ],
    [
      'in plaintext whose encrypt_type is des',
      toPlainRequest(message, { query: { encrypt_type: 'des' } }),
      'encrypt_type_unsupported',
      'plaintext',
    ],
    ['signed with another Token', toSafeRequest(message, { token: 'BBBBB' }), 'msg_signature_mismatch'],
    [
      'in plaintext signed with another Token',
      toPlainRequest(message, { token: 'BBBBB' }),
      'signature_mismatch',
      'plaintext',
    ],
    [
      'whose signature is good and whose msg_signature is not',
      changeQuery(safe, (query) =>
        query.replace(/msg_signature=[0-9a-f]+/, (found) => found.replace(/.$/, 'g')),
      ),
      'msg_signature_mismatch',
    ],
    [
      'without msg_signature',
      changeQuery(safe, (query) => query.replace('msg_signature', 'x')),
      'parameter_missing',
    ],
    [
      'in plaintext without signature',
      changeQuery(plain, (query) => query.replace('signature', 'x')),
      'parameter_missing',
      'plaintext',
    ],
    [
      'whose Encrypt was exchanged',
      { ...safe, body: Buffer.from(`{"Encrypt":"${sealFrame('{}')}"}`) },
      'msg_signature_mismatch',
    ],
    ['whose Encrypt is a number', { ...safe, body: Buffer.from('{"Encrypt":{"a":1}}') }, 'encrypt_malformed'],
    [
      'with two Encrypts in XML',
      { ...safe, body: Buffer.from('<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>') },
      'encrypt_malformed',
    ],
    ['whose Encrypt is no base64', toEncryptedRequest('%%%', false), 'encrypt_malformed'],
    ['whose Encrypt is cut', toEncryptedRequest(sealFrame(message).slice(0, 100), true), 'encrypt_malformed'],
    ['whose frame lies about its length', framed({ length: 1_000_000 }), 'frame_malformed'],
    ['whose padding is wrong', framed({ padding: (rest) => Buffer.alloc(rest, 77) }), 'frame_malformed'],
    ['for another app', framed({ appId: 'wx134c8103faa5a59e' }), 'another_app'],
    ['with an empty body', { ...safe, body: Buffer.alloc(0) }, 'body_unreadable'],
    ['with text for a body', { ...safe, body: Buffer.from('success') }, 'body_unreadable'],
    [
      'with a DOCTYPE',
      { ...safe, body: Buffer.from('<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>') },
      'body_unreadable',
    ],
    [
      'with a nonce in brackets',
      changeQuery(safe, (query) => query.replace('nonce=', 'nonce[]=')),
      'query_malformed',
    ],
    ['with a nonce twice', changeQuery(safe, (query) => `${query}&nonce=1`), 'query_malformed'],
    ['without a nonce', changeQuery(safe, (query) => query.replace('nonce', 'x')), 'parameter_missing'],
    [
      'without a timestamp',
      changeQuery(safe, (query) => query.replace('timestamp', 'x')),
      'parameter_missing',
    ],
    [
      'whose timestamp has nine digits',
      toSafeRequest(message, { timestamp: '179531280' }),
      'timestamp_malformed',
    ],
    [
      'whose timestamp is no number',
      toSafeRequest(message, { timestamp: '17953128e1' }),
      'timestamp_malformed',
    ],
  ];
  for (const [what, request, reason, app] of refused) {
    it(`${what} is refused`, () => {
      const outcome = receivePush(request, app === 'plaintext' ? toPlaintextApp() : toApp(), now);
      expect(outcome).to.deep.equal({ kind: 'not-authentic', reason });
    });
  }

  it('in plaintext for another 原始ID is refused, where the app names its own', () => {
    const other = toPlainRequest(message.replace(originalId, 'gh_other'));
    expect(receivePush(other, toPlaintextApp({ originalId }), now)).to.deep.include({
      reason: 'another_app',
    });
    expect(receivePush(other, toPlaintextApp(), now).kind).to.equal('genuine');
    expect(receivePush(plain, toPlaintextApp({ originalId }), now).kind).to.equal('genuine');
  });

  it('that our key does not open is our fault, and so is a missing key', () => {
    const wrongKey = receivePush(safe, toApp({}, [token], ['A'.repeat(43)]), now);
    expect(wrongKey).to.deep.include({
      kind: 'not-openable',
      reason: 'key_does_not_open',
      eventType: 'unreadable',
    });
    const noKey = receivePush(safe, toPlaintextApp(), now);
    expect(noKey).to.deep.include({ kind: 'not-openable', reason: 'key_missing' });
    expect(noKey.kind === 'not-openable' && noKey.notificationId).to.match(/^[0-9a-f]{64}$/);
  });
});
