import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { z } from 'zod';
import {
  envBaseUrl,
  envBoolean,
  envChoice,
  envInteger,
  envMongoUri,
  envPort,
  envText,
  envUrl,
} from './environment-text.ts';
import { type ConfigShape, loadConfig } from './load-config.ts';
import { commonShape, listenShape, merchantsShape, mongoShape, redisShape } from './shared-shapes.ts';

function problemsOf(shape: ConfigShape, env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(shape, env);
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    expect(error).to.include({ code: 'CONFIG_INVALID', kind: 'permanent' });
    return (error as AppError).message;
  }
  throw new Error('the configuration was accepted');
}

const everything = {
  ...commonShape,
  ...listenShape({ port: 3000 }),
  ...redisShape,
  ...mongoShape,
  ...merchantsShape,
};
const least = {
  REDIS_URL: 'redis://localhost:6379',
  MONGODB_URI: 'mongodb://a:27017,b:27017/huidiao?replicaSet=rs0',
  MERCHANTS_FILE: 'merchants.json',
};

describe('loadConfig', () => {
  it('gives defaults for what is unset or empty, and the values of the rest, frozen', () => {
    const config = loadConfig(everything, { ...least, PORT: '', LOG_LEVEL: 'debug', IRRELEVANT: 'x' });
    expect(config).to.deep.equal({
      LOG_LEVEL: 'debug',
      HEALTH_HOST: '0.0.0.0',
      HEALTH_PORT: 9090,
      HOST: '0.0.0.0',
      PORT: 3000,
      REDIS_URL: least.REDIS_URL,
      REDIS_PREFIX: 'huidiao',
      REDIS_APPENDFSYNC: 'always',
      REDIS_WAIT_REPLICAS: 0,
      MONGODB_URI: least.MONGODB_URI,
      MERCHANTS_FILE: 'merchants.json',
    });
    expect(config).to.be.frozen;
  });

  it('reports all problems at once, one per line, by variable name, with what to do', () => {
    const message = problemsOf(everything, {
      ...least,
      MERCHANTS_FILE: '',
      PORT: '80a',
      REDIS_APPENDFSYNC: 'sometimes',
      REDIS_WAIT_REPLICAS: '-1',
    });
    expect(message.split('\n')).to.deep.equal([
      '4 problems in the environment:',
      '  - PORT is not a whole number; set it to a whole number from 0 to 65535',
      '  - REDIS_APPENDFSYNC is none of the known values; set it to one of always, everysec, unchecked',
      '  - REDIS_WAIT_REPLICAS is out of range; set it to a whole number from 0 to 5',
      '  - MERCHANTS_FILE is not set; set it to the path of the JSON file that names merchants and apps',
    ]);
  });

  it('repeats no value, for any of them may be a secret in the wrong place', () => {
    const secret = 'hunter22hunter22';
    const env = Object.fromEntries(Object.keys(everything).map((variable) => [variable, secret]));
    const message = problemsOf(everything, { ...env, REDIS_URL: `rediss//:${secret}@host` });
    expect(message).to.include('REDIS_URL').and.include('MONGODB_URI');
    expect(message).not.to.include(secret);
  });

  it('says that a variable of a plain schema is not set', () => {
    expect(problemsOf({ WORKER_NAME: z.string() }, {})).to.include('WORKER_NAME is not set');
  });
});

describe('the pieces of environment text', () => {
  const port = envPort();
  const redisUrl = envUrl({ protocols: ['redis:', 'rediss:'] });
  const cases: readonly [string, z.ZodType, string, unknown][] = [
    ['a port', port, '3000', 3000],
    ['port 0', port, '0', 0],
    ['a port out of range', port, '65536', undefined],
    ['a port with a fraction', port, '80.5', undefined],
    ['a port with a space', port, ' 80', undefined],
    ['a port in hexadecimal', port, '0x50', undefined],
    ['a port with an exponent', port, '1e3', undefined],
    ['a negative integer', envInteger({ min: -5, max: 5 }), '-5', -5],
    ['an integer beyond 2^53', envInteger({ min: 0, max: 2 ** 60 }), '9007199254740993', undefined],
    ['true', envBoolean(), 'true', true],
    ['false', envBoolean(), 'false', false],
    ['a capital boolean', envBoolean({ default: true }), 'False', undefined],
    ['1 as a boolean', envBoolean(), '1', undefined],
    ['a known word', envChoice(['a', 'b']), 'b', 'b'],
    ['a name of every object', envChoice(['a', 'b']), 'constructor', undefined],
    ['text', envText(), 'x y', 'x y'],
    ['a Redis URL with TLS', redisUrl, 'rediss://:p@h:6379/1', 'rediss://:p@h:6379/1'],
    ['a Redis URL of another protocol', redisUrl, 'http://host', undefined],
    ['a Redis URL whose password has a stray percent sign', redisUrl, 'redis://:50%off@h', undefined],
    ['a Redis URL without host', redisUrl, 'redis://', undefined],
    ['a base URL with slashes at its end', envBaseUrl(), 'https://h.example/x//', 'https://h.example/x'],
    ['a base URL with a query', envBaseUrl(), 'https://h.example/?a', undefined],
    ['a base URL with a password', envBaseUrl(), 'https://u:p@h.example', undefined],
    ['a base URL of another protocol', envBaseUrl(), 'ftp://h.example', undefined],
    ['a host without a protocol', envBaseUrl(), 'pay.example.com', undefined],
    ['a MongoDB URI', envMongoUri(), 'mongodb+srv://u:p@c.example/db', 'mongodb+srv://u:p@c.example/db'],
    ['a MongoDB URI without host', envMongoUri(), 'mongodb:///db', undefined],
  ];
  for (const [what, piece, text, value] of cases) {
    it(`${value === undefined ? 'refuses' : 'takes'} ${what}`, () => {
      expect(piece.safeParse(text).data).to.equal(value);
    });
  }

  it('never takes the default for a malformed value', () => {
    expect(envPort({ default: 3000 }).safeParse('three').success).to.equal(false);
    expect(envBoolean({ default: true }).safeParse('yes').success).to.equal(false);
  });
});
