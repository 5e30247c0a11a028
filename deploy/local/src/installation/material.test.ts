import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadMerchantDirectory } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { openMaterial } from './material.ts';

describe('openMaterial', () => {
  const createMachine = useFakeMachines();

  it('makes everything once and uses it again', () => {
    const { folder } = createMachine();
    const first = openMaterial(folder);
    const text = () =>
      readdirSync(first.folder).map((name) => readFileSync(join(first.folder, name), 'utf8'));
    const made = text();
    const second = openMaterial(folder);
    expect(second.ids).to.deep.equal(first.ids);
    expect(text()).to.deep.equal(made);
  });

  it('adds to an installation of before the secrets that it lacks, and changes none', () => {
    const { folder } = createMachine();
    const first = openMaterial(folder);
    const read = (name: string) => readFileSync(join(first.folder, name), 'utf8');
    const before = read('api_v3_key');
    rmSync(join(first.folder, 'encoding_aes_key'));
    openMaterial(folder);
    expect(read('encoding_aes_key')).to.match(/^[0-9A-Za-z]{43}$/);
    expect(read('api_v3_key')).to.equal(before);
  });

  it('makes other keys and ids for another installation', () => {
    const [one, other] = [openMaterial(createMachine().folder), openMaterial(createMachine().folder)];
    expect(one.ids.mchId).not.to.equal(other.ids.mchId);
    expect(readFileSync(one.webhookSecretFile, 'utf8')).not.to.equal(
      readFileSync(other.webhookSecretFile, 'utf8'),
    );
  });

  it('lets nobody but its owner read it', () => {
    const material = openMaterial(createMachine().folder);
    material.writeMerchantsFile('http://127.0.0.1:1/hook');
    material.writeSimulatorFile();
    expect(statSync(material.folder).mode & 0o777).to.equal(0o700);
    const modes = readdirSync(material.folder).map(
      (name) => statSync(join(material.folder, name)).mode & 0o777,
    );
    expect(new Set(modes)).to.deep.equal(new Set([0o600]));
  });

  it('writes a merchants file that the services accept, with no secret in it', () => {
    const material = openMaterial(createMachine().folder);
    const file = material.writeMerchantsFile('http://127.0.0.1:4444/hook');
    const directory = loadMerchantDirectory(file, {});
    const { mchId, appId, templateId, publicKeyId } = material.ids;
    const merchant = directory.merchants.get(mchId);
    expect(merchant?.shop).to.deep.include({
      webhookUrl: 'http://127.0.0.1:4444/hook',
      allowPrivateNetwork: true,
      events: ['*'],
    });
    expect(merchant?.wechatpayPublicKeys.map(({ id }) => id)).to.deep.equal([publicKeyId]);
    expect(directory.apps.get(appId)?.templates.orderPaid?.templateId).to.equal(templateId);
    const text = readFileSync(file, 'utf8');
    for (const secret of [
      merchant?.apiV3Key,
      directory.apps.get(appId)?.appSecret,
      merchant?.shop?.webhookSecrets[0],
    ]) {
      expect(secret).to.be.a('string').with.length.above(30);
      expect(text).not.to.include(secret);
    }
  });
});
