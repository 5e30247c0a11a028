import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { maskOpenId } from './mask-open-id.ts';

const secret = 'hunter22-hunter22';

describe('createLogger', () => {
  it('writes one JSON line with time, level, service and the fields as they are', () => {
    const { logger, lines } = createCapturedLogger();
    const fields = {
      event: 'callback.received',
      requestId: 'r1',
      eventType: 'TRANSACTION.SUCCESS',
      outTradeNo: 'order_1',
      outcome: 'genuine',
      callbackKey: 'payment_1900000001_42_SUCCESS',
      durationMs: 1.5,
    };
    logger.info(fields, 'callback.received');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ ...fields, level: 'info', service: 'test', msg: 'callback.received' });
    expect(String(lines[0]?.time)).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('holds back lines below its level', () => {
    const { logger, lines } = createCapturedLogger('warn');
    logger.info('quiet');
    expect(lines).to.deep.equal([]);
  });

  const names = [
    'authorization',
    'Authorization',
    'token',
    'accessToken',
    'access_token',
    'secret',
    'appSecret',
    'app_secret',
    'webhookSecrets',
    'key',
    'apiV3Key',
    'api_v3_key',
    'merchantPrivateKeyPem',
    'privateKey',
    'session_key',
    'signature',
    'Wechatpay-Signature',
    'paySign',
    'body',
    'rawBody',
    'plaintext',
    'ciphertext',
    'password',
    'headers',
  ];
  for (const name of names) {
    it(`blanks a field named ${name}, at the top, within others, in a list and in a child logger`, () => {
      const { logger, lines } = createCapturedLogger();
      const child = logger.child({ [name]: secret, queue: 'payment-event' });
      child.info({ [name]: secret, of: { it: { [name]: { text: secret } } }, list: [{ [name]: secret }] });
      child.child({ deeper: { [name]: secret } }).info('again');
      expect(JSON.stringify(lines)).not.to.include('hunter22');
      expect(lines[0]).to.include({ queue: 'payment-event' });
      expect(lines[1]).to.include({ queue: 'payment-event' });
    });
  }

  it('masks an openid that nobody masked, and leaves a masked one as it is', () => {
    const { logger, lines } = createCapturedLogger();
    const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
    logger.info({ openid: openId, payer: { openId: maskOpenId(openId) } });
    expect(lines[0]).to.deep.include({ openid: '****eS6o', payer: { openId: '****eS6o' } });
  });

  it('tells of an error its type, code, kind, details and causes, not what a library hung on it', () => {
    const { logger, lines } = createCapturedLogger();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      config: { secret },
    });
    const details = { httpStatus: 502, token: secret };
    const error = new AppError('SHOP_REFUSED', { message: 'the shop said 502', details, cause });
    logger.error({ err: Object.assign(error, { request: { payload: secret } }) }, 'job.attempted');
    expect(lines[0]?.err).to.deep.include({
      type: 'AppError',
      code: 'SHOP_REFUSED',
      kind: 'transient',
      message: 'the shop said 502',
      details: { httpStatus: 502, token: '[redacted]' },
    });
    expect(JSON.stringify(lines[0])).to.include('ECONNREFUSED').and.not.include('hunter22');
  });

  it('takes an error in place of fields, and errors that cause one another', () => {
    const { logger, lines } = createCapturedLogger();
    const error = new Error('alone');
    error.cause = error;
    logger.error(error);
    expect(lines[0]?.err).to.deep.include({ type: 'Error', message: 'alone' });
  });

  it('cuts long texts, binary data and what is nested too deep', () => {
    const { logger, lines } = createCapturedLogger();
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    logger.info({ long: 'x'.repeat(100_000), bytes: Buffer.from(secret), loop });
    const text = JSON.stringify(lines[0]);
    expect(text.length).to.be.below(6_000);
    expect(text).not.to.include(Buffer.from(secret).toString('base64'));
  });
});

describe('maskOpenId', () => {
  const cases: readonly [string, string][] = [
    ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', '****eS6o'],
    ['12345678', '****5678'],
    ['1234567', '****'],
    ['', '****'],
  ];
  for (const [openId, masked] of cases) {
    it(`turns ${openId.length} characters into ${masked}`, () => {
      expect(maskOpenId(openId)).to.equal(masked);
    });
  }
});
