import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMerchantDirectory } from '@huidiao/runtime';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { type Material, openMaterial } from './material.ts';

describe('openMaterial', () => {
  const createMachine = useFakeMachines();
  let folder: string;
  let first: Material;
  before(() => {
    folder = createMachine().folder;
    first = openMaterial(folder);
  });

  it('makes everything once and uses it again', () => {
    const text = () =>
      readdirSync(first.folder).map((name) => readFileSync(join(first.folder, name), 'utf8'));
    const made = text();
    const second = openMaterial(folder);
    expect(second.ids).to.deep.equal(first.ids);
    expect(text()).to.deep.equal(made);
  });

  it('adds to an installation of before the secrets that it lacks, and changes none', () => {
    const older = createMachine().folder;
    cpSync(first.folder, join(older, 'material'), { recursive: true });
    rmSync(join(older, 'material', 'encoding_aes_key'));
    const material = openMaterial(older);
    const read = (name: string) => readFileSync(join(material.folder, name), 'utf8');
    expect(read('encoding_aes_key')).to.match(/^[0-9A-Za-z]{43}$/);
    expect(read('api_v3_key')).to.equal(readFileSync(join(first.folder, 'api_v3_key'), 'utf8'));
  });

  it('makes other keys and ids for another installation', () => {
    const other = openMaterial(createMachine().folder);
    expect(other.ids.mchId).not.to.equal(first.ids.mchId);
    const differ = ['apiclient_key.pem', 'wechatpay_key.pem', 'api_v3_key', 'shop_webhook_secret'];
    for (const name of differ) {
      const [one, another] = [first, other].map((each) => readFileSync(join(each.folder, name), 'utf8'));
      expect(one, name).not.to.equal(another);
    }
  });

  it('lets nobody but its owner read it', () => {
    first.writeMerchantsFile('http://127.0.0.1:1/hook');
    first.writeSimulatorFile();
    expect(statSync(first.folder).mode & 0o777).to.equal(0o700);
    const modes = readdirSync(first.folder).map((name) => statSync(join(first.folder, name)).mode & 0o777);
    expect(new Set(modes)).to.deep.equal(new Set([0o600]));
  });

  for (const text of ['', '{"mchId":"1900000001"}', 'null']) {
    it(`says which file is damaged and what to remove where ids.json is ${text || 'empty'}`, () => {
      const { folder } = createMachine();
      const material = openMaterial(folder);
      writeFileSync(join(material.folder, 'ids.json'), text);
      expect(() => openMaterial(folder)).to.throw(`ids.json is damaged. Remove ${folder}`);
    });
  }

  it('writes a merchants file that the services accept, with no secret in it', () => {
    const file = first.writeMerchantsFile('http://127.0.0.1:4444/hook');
    const directory = loadMerchantDirectory(file, {});
    const { mchId, appId, templateId, publicKeyId } = first.ids;
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
