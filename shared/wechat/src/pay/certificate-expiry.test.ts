import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decideExpiryAlarm } from './certificate-expiry.ts';
import { testNow } from './platform.fixture.test.ts';
import {
  certificate,
  certificateFile,
  createRig,
  dayMs,
  hourMs,
  metricOf,
} from './platform-keyring.fixture.test.ts';

const inDays = (days: number) => new Date(testNow.getTime() + days * dayMs);
const gauge = (which: string) =>
  `huidiao_platform_certificate_expiry_timestamp_seconds{mchid="1900000001",which="${which}",service="test"}`;

describe('decideExpiryAlarm', () => {
  const rows: [daysLeft: number, latest: number, level: 'warn' | 'error' | undefined][] = [
    [31, 31, undefined],
    [30, 30, 'warn'],
    [8, 8, 'warn'],
    [7, 7, 'error'],
    [0, 0, 'error'],
    [-1, -1, 'error'],
    [20, 400, undefined],
    [-3, 400, undefined],
    [5, 29, 'error'],
    [29, 29, 'warn'],
  ];
  for (const [daysLeft, latest, level] of rows) {
    it(`is ${level ?? 'nothing'} for one that ends in ${daysLeft} days where the last ends in ${latest}`, () => {
      expect(decideExpiryAlarm(inDays(daysLeft), inDays(latest), testNow)).to.equal(level);
    });
  }
});

describe('the end of platform certificates', () => {
  it('raises a warning 30 days before, once a day, and an error in the last week and after it', async () => {
    const rig = createRig({ answer: async () => [certificate('A1', 31)] });
    await rig.time.pass(hourMs / 2);
    expect(rig.linesOf('platform_certificate.expiring')).to.have.length(0);
    await rig.time.pass(29 * dayMs);
    const levels = rig.linesOf('platform_certificate.expiring').map(({ level }) => level);
    expect(levels.filter((level) => level === 'warn')).to.have.length.within(22, 24);
    expect(levels.filter((level) => level === 'error')).to.have.length.within(4, 6);
    expect(rig.linesOf('platform_certificate.expiring')[0]).to.include({
      alarm: 'platform-certificate-expiry',
      serial: 'A1',
      daysLeft: 30,
    });
    rig.keyring.close();
  });

  it('is told of certificates that were configured as files too, and of an expired one', async () => {
    const { pem, serial } = certificateFile;
    const rig = createRig({
      start: new Date('2043-11-20T00:00:00Z'),
      facts: { downloadsCertificates: false, platformCertificatePems: [pem] },
    });
    await rig.time.pass(50 * dayMs);
    expect(rig.linesOf('platform_certificate.expiring')[0]).to.include({ level: 'warn', serial });
    expect(rig.linesOf('platform_certificate.expired')[0]).to.include({ level: 'error', serial });
    expect(rig.keyring.find(serial), 'whoever configured it wants it').to.not.equal(undefined);
    rig.keyring.close();
  });

  it('shows in a metric: the first and the last of a merchant, gone with the merchant', async () => {
    const rig = createRig({ answer: async () => [certificate('A1', 40), certificate('B2', 900)] });
    await rig.keyring.firstRefresh;
    expect(await metricOf(rig.metrics, gauge('first'))).to.equal(inDays(40).getTime() / 1_000);
    expect(await metricOf(rig.metrics, gauge('last'))).to.equal(inDays(900).getTime() / 1_000);
    rig.keyring.close();
    rig.keyring.forget();
    expect(await rig.metrics.registry.metrics()).to.not.contain('expiry_timestamp_seconds{');
  });
});
