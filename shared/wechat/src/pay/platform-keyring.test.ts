import { AppError } from '@huidiao/errors';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPlatform } from './platform.fixture.test.ts';
import {
  certificate,
  certificateFile,
  createRig,
  dayMs,
  hourMs,
  metricOf,
  minuteMs,
} from './platform-keyring.fixture.test.ts';
import { createTurnstile } from './turnstile.ts';

const forged = (number: number) => number.toString(16).padStart(40, 'F');

describe('the keyring of a merchant', () => {
  it('has the certificates as soon as they are downloaded, at once after the start', async () => {
    const { keyring, downloads, linesOf } = createRig();
    expect(keyring.find('A1'), 'before the answer').to.equal(undefined);
    await keyring.firstRefresh;
    expect(keyring.find('a1')).to.equal(certificate('A1').key);
    expect(keyring.find('00A1')).to.equal(certificate('A1').key);
    expect(downloads).to.have.length(1);
    expect(linesOf('platform_certificates.changed')).to.have.length(1);
    keyring.close();
  });

  it('downloads again about every hour', async () => {
    const { keyring, downloads, time } = createRig();
    await time.pass(10 * hourMs);
    expect(downloads).to.have.length(11);
    keyring.close();
  });

  it('makes at most one download a minute of a thousand forged serials', async () => {
    const { keyring, downloads, time, metrics, linesOf } = createRig();
    await keyring.firstRefresh;
    for (let number = 0; number < 1_000; number += 1) {
      expect(keyring.find(forged(number))).to.equal(undefined);
      // A thousand of them within ten minutes.
      await time.pass(600);
    }
    expect(downloads.length).to.be.within(10, 11);
    const apart = downloads.slice(1).map((at, index) => at.getTime() - (downloads[index]?.getTime() ?? 0));
    expect(Math.min(...apart)).to.be.at.least(minuteMs);
    const counted = 'huidiao_unknown_serials_total{mchid="1900000001",key_kind="certificate",service="test"}';
    expect(await metricOf(metrics, counted)).to.equal(1_000);
    // An alarm a minute, not one for each.
    expect(linesOf('platform_keys.serial_unknown').length).to.be.within(10, 11);
    keyring.close();
  });

  it('makes one download of a thousand forged serials that come at once', async () => {
    const { keyring, downloads, time } = createRig();
    await time.pass(5 * minuteMs);
    for (let number = 0; number < 1_000; number += 1) keyring.find(forged(number));
    expect(downloads, 'before anybody waits: find calls nobody').to.have.length(1);
    await time.pass(59_000);
    expect(downloads).to.have.length(2);
    keyring.close();
  });

  it('accepts a genuinely new serial within a minute, while forged ones keep coming', async () => {
    const rig = createRig();
    const { keyring, time } = rig;
    await time.pass(5 * minuteMs);
    keyring.find(forged(1)); // the download that this makes knows nothing of the new one yet
    await time.pass(1_000);
    rig.answer = async () => [certificate('A1'), certificate('B2')];
    expect(keyring.find('B2')).to.equal(undefined);
    for (let second = 0; second < 59; second += 1) {
      await time.pass(1_000);
      keyring.find(forged(second));
    }
    expect(keyring.find('B2')).to.not.equal(undefined);
    keyring.close();
  });

  it('accepts it within a moment where nothing was downloaded in the last minute', async () => {
    const rig = createRig();
    await rig.time.pass(5 * minuteMs);
    rig.answer = async () => [certificate('B2')];
    rig.keyring.find('B2');
    await rig.time.pass(1);
    expect(rig.keyring.find('B2')).to.not.equal(undefined);
    rig.keyring.close();
  });

  it('never downloads for an unknown public key, which can only be configured, but says so', async () => {
    const { keyring, downloads, time, linesOf } = createRig();
    await time.pass(5 * minuteMs);
    keyring.find('PUB_KEY_ID_9999');
    await time.pass(2 * minuteMs);
    expect(downloads).to.have.length(1);
    expect(linesOf('platform_keys.serial_unknown')[0]).to.include({
      serial: 'PUB_KEY_ID_9999',
      keyKind: 'public_key',
      alarm: 'unknown-serial',
    });
    keyring.close();
  });

  it('keeps two serials in force during a renewal, and the old one until it expires', async () => {
    const rig = createRig({ answer: async () => [certificate('A1', 3)] });
    const { keyring, time } = rig;
    await time.pass(hourMs);
    rig.answer = async () => [certificate('A1', 3), certificate('B2')];
    await time.pass(2 * hourMs);
    expect([keyring.find('A1'), keyring.find('B2')]).to.not.include(undefined);
    rig.answer = async () => [certificate('B2')];
    await time.pass(dayMs);
    expect(keyring.find('A1'), 'no longer sent, not yet expired').to.not.equal(undefined);
    await time.pass(2 * dayMs);
    expect(keyring.find('A1'), 'expired').to.equal(undefined);
    expect(keyring.find('B2')).to.not.equal(undefined);
    keyring.close();
  });

  it('has configured public keys, configured files and downloaded certificates at once', async () => {
    const platform = createPlatform('PUB_KEY_ID_01', rsaKeysOf('wechat-pay'));
    const { keyring } = createRig({
      facts: {
        wechatpayPublicKeys: [{ id: platform.id, pem: platform.publicKeyPem }],
        platformCertificatePems: [certificateFile.pem],
      },
    });
    await keyring.firstRefresh;
    for (const serial of [platform.id, certificateFile.serial, 'A1']) {
      expect(keyring.find(serial), serial).to.not.equal(undefined);
    }
    keyring.close();
  });

  it('takes it for normal that a merchant with a public key has no certificate', async () => {
    const platform = createPlatform('PUB_KEY_ID_01', rsaKeysOf('wechat-pay'));
    const rig = createRig({
      facts: { wechatpayPublicKeys: [{ id: platform.id, pem: platform.publicKeyPem }] },
      answer: async () => [],
    });
    await rig.time.pass(3 * hourMs);
    expect(rig.lines.map((line) => JSON.parse(line)).filter(({ level }) => level !== 'debug')).to.deep.equal(
      [],
    );
    const series = 'huidiao_platform_certificate_downloads_total{mchid="1900000001",outcome="none"';
    expect(await metricOf(rig.metrics, `${series},service="test"}`)).to.be.greaterThan(1);
    rig.keyring.close();
  });

  it('raises an alarm when a merchant has no key whatsoever', async () => {
    const rig = createRig({ answer: async () => [] });
    await rig.time.pass(1);
    expect(rig.linesOf('platform_keys.none')[0]).to.include({ level: 'error', alarm: 'no-platform-key' });
    rig.keyring.close();
  });

  it('keeps what it has when downloads fail, says so, and backs off up to an hour', async () => {
    const rig = createRig();
    const { keyring, time, downloads } = rig;
    await keyring.firstRefresh;
    rig.answer = () => Promise.reject(new AppError('WECHAT_UNREACHABLE'));
    await time.pass(hourMs);
    const before = downloads.length;
    await time.pass(4 * hourMs);
    expect(keyring.find('A1')).to.not.equal(undefined);
    const waits = downloads
      .slice(before)
      .map((at, index) => at.getTime() - (downloads[before + index - 1]?.getTime() ?? 0));
    for (const [index, wait] of waits.entries()) {
      const expectedMs = Math.min(hourMs, 2 ** index * minuteMs);
      expect(wait).to.be.within(expectedMs, expectedMs * 1.1);
    }
    expect(waits.length).to.be.within(7, 10);
    expect(rig.linesOf('platform_certificates.download_failed')[0]).to.deep.include({
      level: 'warn',
      alarm: 'platform-certificates',
      errorCode: 'WECHAT_UNREACHABLE',
      failures: 1,
      kept: ['A1'],
    });
    const series =
      'huidiao_platform_certificate_downloads_total{mchid="1900000001",outcome="WECHAT_UNREACHABLE"';
    expect(await metricOf(rig.metrics, `${series},service="test"}`)).to.equal(downloads.length - 1);

    rig.answer = async () => [certificate('A1'), certificate('B2')];
    await time.pass(2 * hourMs);
    expect(keyring.find('B2')).to.not.equal(undefined);
    keyring.close();
  });

  it('downloads once for all who ask at the same time', async () => {
    const rig = createRig();
    await Promise.all([rig.keyring.refresh(), rig.keyring.refresh(), rig.keyring.firstRefresh]);
    expect(rig.downloads).to.have.length(1);
    rig.keyring.close();
  });

  it('waits for its turn among the merchants', async () => {
    const turnstile = createTurnstile(1);
    let done: () => void = () => undefined;
    const other = turnstile(() => new Promise<void>((resolve) => (done = resolve)));
    const rig = createRig({ turnstile });
    await rig.time.pass(1);
    expect(rig.downloads).to.have.length(0);
    done();
    await other;
    await rig.keyring.firstRefresh;
    expect(rig.downloads).to.have.length(1);
    rig.keyring.close();
  });

  it('goes on with what the keyring before it had, and with its minute, when the configuration changes', async () => {
    const before = createRig();
    await before.keyring.firstRefresh;
    const rig = createRig({ legacy: before.keyring.legacy });
    expect(rig.keyring.find('A1')).to.not.equal(undefined);
    rig.keyring.find(forged(1));
    await rig.time.pass(minuteMs - 1);
    expect(rig.downloads).to.have.length(0);
    await rig.time.pass(1);
    expect(rig.downloads).to.have.length(1);
    for (const { keyring } of [before, rig]) keyring.close();
  });

  it('downloads nothing for a merchant that names files, and leaves nothing behind when it is closed', async () => {
    const rig = createRig({
      facts: { downloadsCertificates: false, platformCertificatePems: [certificateFile.pem] },
    });
    rig.keyring.find(forged(1));
    await rig.time.pass(3 * hourMs);
    expect(rig.downloads).to.have.length(0);
    expect(rig.time.waiting).to.equal(1);
    rig.keyring.close();
    rig.keyring.find(forged(2));
    expect(rig.time.waiting).to.equal(0);
  });

  it('says nothing of a download that its own end broke off, and begins no other', async () => {
    const rig = createRig({ answer: () => Promise.reject(new AppError('WECHAT_UNREACHABLE')) });
    rig.keyring.close();
    await rig.keyring.refresh();
    await rig.time.pass(3 * hourMs);
    expect([rig.lines, rig.time.waiting]).to.deep.equal([[], 0]);
  });
});
