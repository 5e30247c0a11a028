import { connect, type Socket } from 'node:net';
import { waitFor } from '@huidiao/testing';
import type { EventReceipt } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { createRig, ids, type Rig } from '../every-callback.fixture.test.ts';

type Kind = 'wechat-pay' | 'wechat-pay-v2' | 'mini-program';

/** A request of somebody who knows none of our secrets. */
interface Strange {
  readonly name: string;
  readonly kind: Kind;
  readonly id?: string;
  readonly query?: string;
  /** Made when it is sent, for they hold the time. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** What the log says of it. */
  readonly reason: string;
}

const sentBytes = 400;
const wholeBytes = 500;
/** More than the memory is for. */
const crowd = 12;

const nowSeconds = () => String(Math.floor(Date.now() / 1_000));
const unknownSerial = 'PUB_KEY_ID_0119000000012026112200000000000009';
const toHeaders = (facts: Readonly<Record<string, string>> = {}) => ({
  'Wechatpay-Timestamp': nowSeconds(),
  'Wechatpay-Nonce': 'nonce',
  'Wechatpay-Serial': unknownSerial,
  'Wechatpay-Signature': 'c2lnbmF0dXJl',
  ...facts,
});
const toQuery = (facts: Readonly<Record<string, string>>) =>
  `?${new URLSearchParams({ timestamp: nowSeconds(), nonce: 'nonce', ...facts })}`;

describe('requests of strangers whose bodies never end', () => {
  let rig: Rig;
  let serial: string;
  /** Of the server, since the test began. */
  let connections: Socket[];
  let strangers: Socket[];
  let strangersConnections: readonly Socket[];
  before(async () => {
    rig = await createRig({ body: { budgetBytes: 6_000, timeoutMs: 15_000 } });
    serial = rig.simulator.platform.publicKey?.id ?? '';
    rig.context.server.on('connection', (socket) => connections.push(socket));
  });
  beforeEach(() => {
    connections = [];
    strangers = [];
    strangersConnections = [];
  });
  afterEach(async () => {
    for (const socket of strangers) socket.destroy();
    await waitFor('the strangers to be gone', () => strangersConnections.every((socket) => socket.destroyed));
  });
  after(() => rig.close());

  /** Begins a request and sends a part of its body. */
  function begin({ kind, id, query = '', headers = () => ({}) }: Strange): { readonly answer: () => string } {
    const url = new URL(rig.urlOf(kind, id));
    const socket = connect(Number(url.port), url.hostname).on('error', () => undefined);
    strangers.push(socket);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    const lines = Object.entries({ Host: 'x', 'Content-Length': String(wholeBytes), ...headers() });
    const head = `POST ${url.pathname}${query} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    socket.write(`${head}${'x'.repeat(sentBytes)}`);
    return { answer: () => answer };
  }

  /** Until all of what the strangers sent was read from their sockets. */
  async function beginMany(strange: Strange): Promise<readonly { readonly answer: () => string }[]> {
    const begun = Array.from({ length: crowd }, () => begin(strange));
    await waitFor('the strangers to be read', () => {
      const areRead = connections.every((socket) => socket.destroyed || socket.bytesRead > sentBytes + 50);
      return connections.length === crowd && areRead;
    });
    strangersConnections = [...connections];
    return begun;
  }

  function sendGenuine(kind: Kind): Promise<EventReceipt> {
    const url = rig.urlOf(kind);
    if (kind === 'mini-program') return rig.simulator.sendPush('debug_demo', { url });
    if (kind === 'wechat-pay-v2') return rig.simulator.sendV2('v2.payment', { url });
    return rig.simulator.sendEvent('TRANSACTION.SUCCESS', { url });
  }

  const refused: readonly Strange[] = [
    { name: 'to an unknown merchant', kind: 'wechat-pay', id: '1900000009', reason: 'merchant_unknown' },
    { name: 'without signature headers', kind: 'wechat-pay', reason: 'header_missing' },
    {
      name: 'with two serials in one header',
      kind: 'wechat-pay',
      headers: () => toHeaders({ 'Wechatpay-Serial': `${unknownSerial}, ${unknownSerial}` }),
      reason: 'header_repeated',
    },
    {
      name: 'with a malformed serial',
      kind: 'wechat-pay',
      headers: () => toHeaders({ 'Wechatpay-Serial': 'PUB KEY' }),
      reason: 'header_malformed',
    },
    {
      name: 'with a stale timestamp',
      kind: 'wechat-pay',
      headers: () => toHeaders({ 'Wechatpay-Timestamp': '1600000000' }),
      reason: 'timestamp_stale',
    },
    {
      name: 'with a serial of no key',
      kind: 'wechat-pay',
      headers: () => toHeaders(),
      reason: 'serial_unknown',
    },
    {
      name: 'to an unknown merchant of API v2',
      kind: 'wechat-pay-v2',
      id: '1900000009',
      reason: 'merchant_unknown',
    },
    { name: 'to an unknown app', kind: 'mini-program', id: 'wx0000000000000009', reason: 'app_unknown' },
    {
      name: 'with an old timestamp in the query of a push',
      kind: 'mini-program',
      query: toQuery({ timestamp: '1600000000', msg_signature: 'x' }),
      reason: 'timestamp_out_of_window',
    },
    {
      name: 'with the wrong signature of a plaintext push',
      kind: 'mini-program',
      id: ids.plainAppId,
      query: toQuery({ signature: 'x' }),
      reason: 'signature_mismatch',
    },
  ];
  for (const strange of refused) {
    it(`${strange.name} take no memory, and are refused only once they have ended`, async () => {
      const begun = await beginMany(strange);
      expect((await sendGenuine(strange.kind)).status).to.be.oneOf([200, 204]);
      expect(begun.map(({ answer }) => answer())).to.deep.equal(begun.map(() => ''));

      const [first, socket] = [begun[0], strangers[0]];
      socket?.write('x'.repeat(wholeBytes - sentBytes));
      const answer = await waitFor('the refusal', first?.answer ?? (() => ''));
      expect(answer)
        .to.match(/^HTTP\/1\.1 401 /)
        .and.to.not.match(/^connection: close/im);
      expect(rig.logLines.findLast(({ outcome }) => outcome === 'not-authentic')).to.include({
        outcome: 'not-authentic',
        reason: strange.reason,
        bytes: wholeBytes,
      });

      socket?.write('GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
      await waitFor('the answer to the next request', () => first?.answer().includes('HTTP/1.1 404 '));
    });
  }

  it('that know an app or a merchant of API v2 leave half of the memory to API v3', async () => {
    await beginMany({
      name: 'signed over what is encrypted',
      kind: 'mini-program',
      query: toQuery({ msg_signature: 'x', encrypt_type: 'aes' }),
      reason: '',
    });
    expect((await sendGenuine('mini-program')).status).to.equal(500);
    expect((await sendGenuine('wechat-pay-v2')).status).to.equal(503);
    expect((await sendGenuine('wechat-pay')).status).to.equal(204);
  });

  it('that know a serial are read within the memory for bodies, for their signature is over the body', async () => {
    await beginMany({
      name: 'with a serial that we know',
      kind: 'wechat-pay',
      headers: () => toHeaders({ 'Wechatpay-Serial': serial }),
      reason: '',
    });
    expect((await sendGenuine('wechat-pay')).status).to.equal(503);
  });

  it('lose their connection within seconds when not even their headers end', async () => {
    const { server } = rig.context;
    expect(server.headersTimeout).to.equal(2_000);
    server.headersTimeout = 1; // looked at once a second
    try {
      const url = new URL(rig.urlOf('wechat-pay'));
      const socket = connect(Number(url.port), url.hostname).on('error', () => undefined);
      strangers.push(socket);
      socket.resume().write(`POST ${url.pathname} HTTP/1.1\r\nHost: x\r\n`);
      await waitFor('the end of the connection', () => socket.readableEnded || socket.destroyed, {
        timeoutMs: 5_000,
      });
    } finally {
      server.headersTimeout = 2_000;
    }
  });
});
