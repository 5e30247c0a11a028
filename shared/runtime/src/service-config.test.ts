import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  createMerchantFiles,
  type MerchantFiles,
  merchantEnv,
  toMerchantEntry,
} from '../test/merchant-files.ts';
import { loadConfig } from './load-config.ts';
import { problemsOf } from './merchant-directory/problems.fixture.test.ts';
import { serviceShape, toProducerSettings, toServiceConfig } from './service-config.ts';

describe('the configuration that every service has', () => {
  let files: MerchantFiles;
  before(() => {
    files = createMerchantFiles();
  });
  after(() => files.remove());

  const toEnv = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...merchantEnv,
    REDIS_URL: 'redis://redis:6379',
    MONGODB_URI: 'mongodb://a:27017/huidiao',
    MERCHANTS_FILE: files.writeMerchants([toMerchantEntry()], []),
    ...changes,
  });
  const load = (env: NodeJS.ProcessEnv) =>
    toServiceConfig(loadConfig(serviceShape({ healthPort: 9092 }), env), env);

  it('is the same by the same variables, but for the second port that each has of its own', () => {
    const { directory, ...config } = load(toEnv());
    expect(config).to.deep.equal({
      logLevel: 'info',
      health: { host: '0.0.0.0', port: 9092 },
      redis: { url: 'redis://redis:6379', prefix: 'huidiao', appendfsync: 'always', waitReplicas: 0 },
      mongo: { uri: 'mongodb://a:27017/huidiao' },
    });
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000001']);
  });

  it('takes each from its variable', () => {
    const { directory: _directory, ...config } = load(
      toEnv({
        LOG_LEVEL: 'debug',
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: '9999',
        REDIS_PREFIX: 'shop',
        REDIS_APPENDFSYNC: 'everysec',
        REDIS_WAIT_REPLICAS: '2',
      }),
    );
    expect(config).to.deep.equal({
      logLevel: 'debug',
      health: { host: '127.0.0.1', port: 9999 },
      redis: { url: 'redis://redis:6379', prefix: 'shop', appendfsync: 'everysec', waitReplicas: 2 },
      mongo: { uri: 'mongodb://a:27017/huidiao' },
    });
  });

  it('names what is missing of it, and then what is wrong in the merchants file', () => {
    const missing = problemsOf(() => load({}));
    expect(missing.map((line) => line.split(' ')[0])).to.deep.equal([
      'REDIS_URL',
      'MONGODB_URI',
      'MERCHANTS_FILE',
    ]);
    const env = toEnv();
    files.writeMerchants([{ ...toMerchantEntry(), mchid: 5 }], []);
    expect(problemsOf(() => load(env)).join()).to.contain('mchid');
  });

  it('tells a producer what Redis has to promise of its jobs', () => {
    const redis = {
      url: 'redis://redis:6379',
      prefix: 'shop',
      appendfsync: 'unchecked',
      waitReplicas: 2,
    } as const;
    expect(toProducerSettings(redis)).to.deep.equal({
      redis: { url: 'redis://redis:6379' },
      prefix: 'shop',
      durability: 'unchecked',
      waitReplicas: 2,
    });
  });
});
