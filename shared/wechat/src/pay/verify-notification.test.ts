import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { forger, makeNotification, platform, testNow } from './platform.fixture.test.ts';
import { createPlatformKeys, type PlatformKeys } from './platform-keys.ts';
import type { SignedMessage } from './signed-message.ts';
import { vectorBytes, vectorJson, vectorText } from './vectors.fixture.test.ts';
import { type NotAuthenticReason, verifyNotification } from './verify-notification.ts';

type Headers = Record<string, string[]>;

const keys = createPlatformKeys({
  wechatpayPublicKeys: [{ id: platform.id, pem: platform.publicKeyPem }],
  platformCertificatePems: [vectorText('pem/go_platform_cert_D7CE59D1F522D701.pem')],
});
const good = makeNotification();

function distinct(headers: Record<string, string>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
}

function reasonOf(
  message: SignedMessage,
  now = testNow,
  of: PlatformKeys = keys,
): NotAuthenticReason | 'authentic' {
  const verification = verifyNotification(message, of, now);
  return verification.authentic ? 'authentic' : verification.reason;
}

function withHeaders(changed: Record<string, string[] | undefined>): SignedMessage {
  return { headers: { ...good.headers, ...changed }, body: good.body };
}

describe('verifying a notification', () => {
  it('accepts what WeChat Pay signed, and names the key', () => {
    expect(verifyNotification(good, keys, testNow)).to.deep.equal({ authentic: true, serial: platform.id });
    const typed = withHeaders({ 'wechatpay-signature-type': ['WECHATPAY2-SHA256-RSA2048'] });
    expect(reasonOf(typed)).to.equal('authentic');
  });

  const serial = ['wechatpay-serial'] as const;
  const bySerial = (value: string) => withHeaders({ [serial[0]]: [value] });
  const refused: [string, SignedMessage, NotAuthenticReason][] = [
    ['no headers at all', { headers: {}, body: good.body }, 'header_missing'],
    ...['timestamp', 'nonce', 'serial', 'signature'].flatMap((name): typeof refused => [
      [`no ${name}`, withHeaders({ [`wechatpay-${name}`]: undefined }), 'header_missing'],
      [`no value of ${name}`, withHeaders({ [`wechatpay-${name}`]: [] }), 'header_missing'],
      [`an empty ${name}`, withHeaders({ [`wechatpay-${name}`]: [''] }), 'header_malformed'],
      [`a ${name} in two words`, withHeaders({ [`wechatpay-${name}`]: ['1 2'] }), 'header_malformed'],
      [
        `${name} twice`,
        withHeaders({ [`wechatpay-${name}`]: twice(`wechatpay-${name}`) }),
        'header_repeated',
      ],
      [
        `${name} twice, joined`,
        withHeaders({ [`wechatpay-${name}`]: [twice(`wechatpay-${name}`).join(', ')] }),
        'header_repeated',
      ],
      [`a ${name} of 5,000`, withHeaders({ [`wechatpay-${name}`]: ['1'.repeat(5_000)] }), 'header_malformed'],
    ]),
    ['a fractional timestamp', withHeaders({ 'wechatpay-timestamp': ['1795312800.5'] }), 'header_malformed'],
    ['a hexadecimal timestamp', withHeaders({ 'wechatpay-timestamp': ['0x6b02'] }), 'header_malformed'],
    ['a negative timestamp', withHeaders({ 'wechatpay-timestamp': ['-1'] }), 'header_malformed'],
    [
      'SM2 with SM3',
      withHeaders({ 'wechatpay-signature-type': ['WECHATPAY2-SM2-WITH-SM3'] }),
      'shangmi_unsupported',
    ],
    [
      'an empty signature type',
      withHeaders({ 'wechatpay-signature-type': [''] }),
      'signature_type_unsupported',
    ],
    [
      'the signature type twice',
      withHeaders({ 'wechatpay-signature-type': ['WECHATPAY2-SHA256-RSA2048', 'WECHATPAY2-SHA256-RSA2048'] }),
      'header_repeated',
    ],
    ['an unknown certificate', bySerial('5157F09EFDC096DE15EBE81A47057A7232F1B8E1'), 'serial_unknown'],
    ['an unknown public key', bySerial('PUB_KEY_ID_0000000000000024101100397200000007'), 'serial_unknown'],
    ['__proto__ as serial', bySerial('__proto__'), 'serial_unknown'],
    ['constructor as serial', bySerial('constructor'), 'serial_unknown'],
    ['the serial of another trusted key', bySerial('D7CE59D1F522D701'), 'signature_wrong'],
    [
      'another nonce',
      withHeaders({ 'wechatpay-nonce': ['593BEC0C930BF1AFEB40B4A08C8FB243'] }),
      'signature_wrong',
    ],
    ['another timestamp', withHeaders({ 'wechatpay-timestamp': [seconds(1)] }), 'signature_wrong'],
    ['a signature that is no base64', withHeaders({ 'wechatpay-signature': ['%%%%'] }), 'signature_wrong'],
    ['a short signature', withHeaders({ 'wechatpay-signature': ['AAAA'] }), 'signature_wrong'],
    ['a byte more', { ...good, body: Buffer.concat([good.body, Buffer.from('\n')]) }, 'signature_wrong'],
    ['a byte less', { ...good, body: good.body.subarray(0, -1) }, 'signature_wrong'],
    ['no body', { ...good, body: Buffer.alloc(0) }, 'signature_wrong'],
  ];
  for (const [what, message, reason] of refused) {
    it(`refuses ${what} as ${reason}`, () => expect(reasonOf(message)).to.equal(reason));
  }

  it('refuses what is more than 300 s old or ahead, told apart, and accepts what is less', () => {
    const at = (secondsLater: number) => reasonOf(good, new Date(testNow.getTime() + secondsLater * 1000));
    expect([at(-301), at(-299), at(0), at(299), at(301)]).to.deep.equal([
      'timestamp_future',
      'authentic',
      'authentic',
      'authentic',
      'timestamp_stale',
    ]);
  });

  it('refuses a good signature by a key that the merchant does not trust', () => {
    expect(reasonOf({ headers: forger.headersFor(good.body), body: good.body })).to.equal('signature_wrong');
  });

  it('takes the raw body: escapes, spaces and large numbers that JSON would write otherwise', () => {
    const body = Buffer.from(
      '{ "url":"https:\\/\\/a", "u":"\\u652f", "n":12345678901234567890, "f":1.0 }\r\n',
    );
    expect(reasonOf({ headers: platform.headersFor(body), body })).to.equal('authentic');
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(reasonOf({ headers: platform.headersFor(body), body: rewritten })).to.equal('signature_wrong');
  });

  it('counts a probe as a probe only where everything else is in order', () => {
    const probe = { 'wechatpay-signature': ['WECHATPAY/SIGNTEST/AAAA'] };
    expect(reasonOf(withHeaders(probe))).to.equal('signature_probe');
    expect(reasonOf(withHeaders({ ...probe, 'wechatpay-serial': ['ABCDEF'] }))).to.equal('serial_unknown');
    expect(reasonOf(withHeaders({ ...probe, 'wechatpay-timestamp': ['1'] }))).to.equal('timestamp_stale');
  });

  it('refuses a real probe, byte for byte, without throwing', () => {
    const { headers } = vectorJson<{ headers: Record<string, string> }>(
      'v3-notification/signtest-probe-real.json',
    );
    // The key of that serial is not published; which key it is makes no difference to a probe.
    const anyKey = { find: () => createPublicKey(platform.publicKeyPem) };
    const at = new Date(Number(headers['Wechatpay-Timestamp']) * 1000);
    expect(reasonOf({ headers: distinct(headers), body: good.body }, at, anyKey)).to.equal('signature_probe');
  });

  it('reads the headers of an official public-key answer, whose key nobody published', () => {
    type Vector = { headers: Record<string, string>; body: string };
    const vector = vectorJson<Vector>('v3-notification/official-pubkey-response-headers.json');
    const message = { headers: distinct(vector.headers), body: Buffer.from(vector.body) };
    const at = new Date(Number(vector.headers['Wechatpay-Timestamp']) * 1000);
    const { 'wechatpay-serial': id } = message.headers;
    expect(verifyNotification(message, { find: () => undefined }, at)).to.deep.equal({
      authentic: false,
      reason: 'serial_unknown',
      serial: id?.[0],
    });
    // Under any other key of that name it is a wrong signature: everything before it was in order.
    expect(reasonOf(message, at)).to.equal('signature_wrong');
  });
});

describe('verifying the whole notification of wechatpay-go', () => {
  const vector = vectorJson<{ headers: Record<string, string>; clock_unix: number; body: string }>(
    'v3-notification/go-payscore-user-open.json',
  );
  const message = {
    headers: distinct(vector.headers),
    body: vectorBytes('v3-notification/go-payscore-user-open.body.json'),
  };

  it('succeeds within 300 s of its clock and at no other time', () => {
    const at = (offset: number) => reasonOf(message, new Date((vector.clock_unix + offset) * 1000));
    expect([at(0), at(299), at(-299)]).to.deep.equal(['authentic', 'authentic', 'authentic']);
    expect([at(301), at(-301)]).to.deep.equal(['timestamp_stale', 'timestamp_future']);
    expect(reasonOf(message)).to.equal('timestamp_stale');
  });

  it('succeeds with the serial in lower case and with leading zeros', () => {
    const now = new Date(vector.clock_unix * 1000);
    for (const serial of ['d7ce59d1f522d701', '000D7CE59D1F522D701']) {
      const headers = { ...message.headers, 'wechatpay-serial': [serial] };
      expect(reasonOf({ headers, body: message.body }, now), serial).to.equal('authentic');
    }
  });

  it('fails with any one byte of its body changed', () => {
    const now = new Date(vector.clock_unix * 1000);
    for (let at = 0; at < message.body.length; at += 7) {
      const body = Buffer.from(message.body);
      body.writeUInt8(body.readUInt8(at) ^ 1, at);
      expect(reasonOf({ headers: message.headers, body }, now)).to.equal('signature_wrong');
    }
  });
});

describe('verifying anything', () => {
  it('never throws and never accepts a valid notification with one thing changed', () => {
    const name = fc.constantFrom(...Object.keys(good.headers));
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', ' ', '\n', ','),
    );
    const change = fc.oneof(
      fc.record({ header: name, values: fc.array(text, { maxLength: 3 }) }),
      fc.record({ header: name, at: fc.nat(400), by: fc.integer({ min: 1, max: 127 }) }),
      fc.record({ bodyAt: fc.nat(good.body.length - 1), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ body: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ secondsLater: fc.integer({ min: 301 }) }),
    );
    fc.assert(
      fc.property(change, (changed) => {
        let { headers, body }: SignedMessage = good;
        let now = testNow;
        if ('values' in changed) headers = { ...headers, [changed.header]: changed.values };
        else if ('at' in changed) {
          const before = headers[changed.header]?.[0] ?? '';
          const after = alter(before, changed);
          // The last character before base64's padding has bits that mean nothing: the signature is the same then.
          const isSignature = changed.header === 'wechatpay-signature';
          fc.pre(!(isSignature && Buffer.from(after, 'base64').equals(Buffer.from(before, 'base64'))));
          headers = { ...headers, [changed.header]: [after] };
        } else if ('bodyAt' in changed) {
          body = Buffer.from(body);
          body.writeUInt8(body.readUInt8(changed.bodyAt) ^ changed.by, changed.bodyAt);
        } else if ('body' in changed) body = Buffer.from(changed.body);
        else now = new Date(now.getTime() + changed.secondsLater * 1000);
        expect(verifyNotification({ headers, body }, keys, now).authentic).to.equal(false);
      }),
      { numRuns: 4_000 },
    );
  });
});

function twice(name: string): string[] {
  return [...(good.headers[name] ?? []), ...(good.headers[name] ?? [])];
}

function seconds(later: number): string {
  return String(testNow.getTime() / 1000 + later);
}

function alter(text: string, changed: { at: number; by: number }): string {
  const at = changed.at % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ changed.by) + text.slice(at + 1);
}
