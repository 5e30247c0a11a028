import type { ServerResponse } from 'node:http';
import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createDirectoryFrom } from '@huidiao/runtime';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { answerAs, createCertifiedPlatform, sealCertificate } from './certificate-platform.fixture.test.ts';
import { createPayClient } from './pay-client.ts';
import { paidTransaction, testMerchant, testNow } from './platform.fixture.test.ts';
import { createManualTime, dayMs, hourMs, metricOf, minuteMs } from './platform-keyring.fixture.test.ts';
import { createPlatformKeyrings, type PlatformKeyrings } from './platform-keyrings.ts';
import { verifyNotification } from './verify-notification.ts';

const one = createCertifiedPlatform('5157F09EFDC096DE15EBE81A47057A7232F1B8E1');
const two = createCertifiedPlatform('7A1B2C3D4E5F60718293A4B5C6D7E8F901234567');
const merchantOf = (mchId: string, facts: Partial<Merchant> = {}): Merchant => ({
  ...testMerchant,
  mchId,
  wechatpayPublicKeys: [],
  downloadsCertificates: true,
  ...facts,
});
const directoryOf = (...merchants: Merchant[]): MerchantDirectory => ({
  merchants: new Map(merchants.map((merchant) => [merchant.mchId, merchant])),
  apps: new Map(),
});

describe('the keyrings of a process', () => {
  let server: TestServer;
  let observers: ReturnType<typeof createObservers>;
  let time: ReturnType<typeof createManualTime>;
  let keyrings: PlatformKeyrings | undefined;
  beforeEach(async () => {
    observers = createObservers();
    time = createManualTime();
    server = await startTestServer((_request, response) =>
      answerAs(one, response, { data: [sealCertificate(one)] }),
    );
  });
  afterEach(async () => {
    keyrings?.close();
    await server.close();
    expect(time.waiting, 'timers left behind').to.equal(0);
  });

  function open(...merchants: Merchant[]) {
    const next = { directory: directoryOf(...merchants) };
    const directory = createDirectoryFrom({
      initial: next.directory,
      read: async () => next.directory,
      timers: time.timers,
    });
    const { clock, timers } = time;
    const opened = createPlatformKeyrings({
      directory,
      baseUrl: server.baseUrl,
      clock,
      timers,
      ...observers,
    });
    const close = () => {
      opened.close();
      directory.close();
    };
    keyrings = { ...opened, close };
    const reload = async (...those: Merchant[]) => {
      next.directory = directoryOf(...those);
      return directory.reload();
    };
    return { keyrings: opened, directory, reload };
  }
  const notificationOf = (signer: typeof one) => {
    const body = Buffer.from('{}');
    return { headers: signer.headersFor(body), body };
  };

  it('give what verifies callbacks and what verifies answers the same keys', async () => {
    const merchant = merchantOf('1900000001');
    const opened = open(merchant).keyrings;
    await opened.untilDownloaded(5_000);
    const keys = opened.of(merchant);
    const client = createPayClient({
      merchant,
      keys,
      baseUrl: server.baseUrl,
      clock: time.clock,
      ...observers,
    });
    try {
      expect(verifyNotification(notificationOf(one), keys, testNow)).to.include({ authentic: true });
      server.answer = (_request, response) => answerAs(one, response, paidTransaction);
      expect(await client.queryByOutTradeNo(paidTransaction.out_trade_no)).to.include({ state: 'paid' });

      // WeChat Pay goes over to another certificate, and an answer is the first to show it.
      server.answer = (request, response) =>
        answerAs(
          two,
          response,
          request.url === '/v3/certificates'
            ? { data: [one, two].map((each) => sealCertificate(each)) }
            : paidTransaction,
        );
      await time.pass(minuteMs);
      const refused = await client
        .queryByOutTradeNo(paidTransaction.out_trade_no)
        .catch((error) => error.code);
      expect(refused).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
      await time.pass(1);
      await waitFor('the new certificate', () => keys.find(two.id));
      for (const signer of [one, two]) {
        expect(verifyNotification(notificationOf(signer), keys, testNow)).to.include({ authentic: true });
      }
    } finally {
      client.close();
    }
  });

  it('download for four merchants at once, and for all', async () => {
    const waiting: ServerResponse[] = [];
    server.answer = (_request, response) => void waiting.push(response);
    const merchants = Array.from({ length: 9 }, (_, number) => merchantOf(`190000000${number}`));
    const opened = open(...merchants).keyrings;
    const all = opened.untilDownloaded(10_000);
    await waitFor('four downloads', () => waiting.length === 4);
    expect(server.received).to.have.length(4);
    let answered = 0;
    while (answered < 9) {
      const response = await waitFor('a download', () => waiting.shift());
      answerAs(one, response, { data: [sealCertificate(one)] });
      answered += 1;
      expect(server.received.length).to.be.at.most(answered + 4);
    }
    await all;
    for (const merchant of merchants) expect(opened.of(merchant).find(one.id)).to.not.equal(undefined);
  });

  it('are not waited for longer than was said', async () => {
    server.answer = () => undefined;
    await open(merchantOf('1900000001')).keyrings.untilDownloaded(20);
    await waitFor('the download that nobody waits for', () => server.received.length === 1);
  });

  it('lose no certificate over a reload, and download nothing twice for it', async () => {
    const { keyrings: opened, directory, reload } = open(merchantOf('1900000001'));
    await opened.untilDownloaded(5_000);
    await reload(merchantOf('1900000001', { latePayment: 'deliver' }));
    const merchant = directory.merchants.get('1900000001') ?? expect.fail();
    expect(opened.of(merchant).find(one.id)).to.not.equal(undefined);
    await time.pass(hourMs / 100);
    expect(server.received).to.have.length(1);
    expect(time.waiting, 'a timer of the new one, and the grace of the old one').to.equal(2);
  });

  it('begin with a merchant that a reload adds, and end with one that it removes', async () => {
    const { keyrings: opened, directory, reload } = open(merchantOf('1900000001'));
    await opened.untilDownloaded(5_000);
    const removed = directory.merchants.get('1900000001') ?? expect.fail();
    await reload(merchantOf('1900000002'));
    await opened.untilDownloaded(5_000);
    const added = directory.merchants.get('1900000002') ?? expect.fail();
    expect(opened.of(added).find(one.id)).to.not.equal(undefined);
    expect(opened.of(removed).find(one.id), 'for whoever still works with it').to.not.equal(undefined);

    await time.pass(dayMs / 24 / 2);
    const gauge = (mchId: string) =>
      `huidiao_platform_certificate_expiry_timestamp_seconds{mchid="${mchId}",which="first",service="test"}`;
    expect(await metricOf(observers.metrics, gauge('1900000002'))).to.be.greaterThan(0);
    expect(await metricOf(observers.metrics, gauge('1900000001'))).to.be.NaN;
  });
});
