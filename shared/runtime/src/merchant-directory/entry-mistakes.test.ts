import { describe } from 'mocha';
import { merchantEnv } from '../../test/merchant-files.ts';
import { itReportsEachOfFile, type Mistake } from './problems.fixture.test.ts';

const mistakes: readonly Mistake[] = [
  {
    name: 'a key in another spelling',
    change: { apiV3Key: { env: 'MCH_API_V3_KEY' } },
    at: 'merchants[0].apiV3Key',
    says: 'is not a known key; did you mean api_v3_key?',
  },
  {
    name: "another SDK's name for a key",
    change: { serial_no: '5157F09E' },
    at: 'merchants[0].serial_no',
    says: 'did you mean merchant_serial_no?',
  },
  {
    name: 'a key with a slip of the finger',
    change: { unkown_order: 'hold' },
    at: 'merchants[0].unkown_order',
    says: 'did you mean unknown_order?',
  },
  {
    name: 'a key that is like no other',
    change: { favourite_colour: 'red' },
    at: 'merchants[0].favourite_colour',
    says: 'known here: mchid, merchant_serial_no',
  },
  {
    name: 'an appid listed twice',
    change: { appids: ['wxd678efh567hg6787', 'wxd678efh567hg6787'] },
    at: 'merchants[0].appids[1]',
    says: 'is the same as merchants[0].appids[0]',
  },
  {
    name: 'a password in the webhook address',
    change: {
      shop: { webhook_url: 'https://u:hunter22@s.example', webhook_secrets: [{ file: 'webhook_secret' }] },
    },
    at: 'merchants[0].shop.webhook_url',
    says: 'holds a user name or password',
  },
  {
    name: 'a merchant number as a number',
    change: { mchid: 1900000001 },
    at: 'merchants[0].mchid',
    says: 'must be of type string, not number',
  },
  {
    name: 'two addresses that callbacks are passed through to under one name',
    change: { pass_through: [1, 2].map(() => ({ name: 'old', url: 'https://old.example.com/notify' })) },
    at: 'merchants[0].pass_through[1].name',
    says: 'is the same as merchants[0].pass_through[0].name',
  },
  {
    name: 'a password in such an address',
    change: { pass_through: [{ name: 'old', url: 'https://u:hunter22@old.example.com/' }] },
    at: 'merchants[0].pass_through[0].url',
    says: 'holds a user name or password',
  },
  {
    name: 'a filter that is no type of event',
    change: { pass_through: [{ name: 'old', url: 'https://old.example.com/', events: ['Refund'] }] },
    at: 'merchants[0].pass_through[0].events[0]',
    says: 'must be a type such as refund.succeeded',
  },
  {
    name: 'a missing serial',
    change: { merchant_serial_no: undefined },
    at: 'merchants[0].merchant_serial_no',
    says: 'is missing; add it',
  },
];

const mistakesOfApps: readonly Mistake[] = [
  {
    name: 'an EncodingAESKey without the Token of the push that it is for',
    change: { encoding_aes_key: { env: 'AES' } },
    at: 'apps[0].encoding_aes_key',
    says: 'does nothing without token',
  },
  {
    name: 'a previous Token without a current one',
    change: { token_previous: { env: 'TOKEN' } },
    at: 'apps[0].token_previous',
    says: 'does nothing without token',
  },
  {
    name: 'a previous EncodingAESKey without a current one',
    change: { token: { env: 'TOKEN' }, encoding_aes_key_previous: { env: 'AES' } },
    at: 'apps[0].encoding_aes_key_previous',
    says: 'does nothing without encoding_aes_key',
  },
  {
    name: 'an EncodingAESKey of 42 characters',
    change: { token: { env: 'TOKEN' }, encoding_aes_key: { env: 'SHORT_AES' } },
    at: 'apps[0].encoding_aes_key',
    says: 'of 43 letters and digits, but holds 42 characters',
  },
  {
    name: 'a Token with a character that the console does not take',
    change: { token: { env: 'ODD_TOKEN' } },
    at: 'apps[0].token',
    says: 'must hold a Token(令牌) of 3 to 32 letters and digits',
  },
  {
    name: 'two addresses that pushes are passed through to under one name',
    change: { pass_through: [1, 2].map(() => ({ name: 'old', url: 'https://old.example.com/push' })) },
    at: 'apps[0].pass_through[1].name',
    says: 'is the same as apps[0].pass_through[0].name',
  },
  {
    name: 'a key in another spelling',
    change: { encodingAESKey: { env: 'AES' } },
    at: 'apps[0].encodingAESKey',
    says: 'did you mean encoding_aes_key?',
  },
  {
    name: 'a secret in the file itself',
    change: { token: 'hunter22' },
    at: 'apps[0].token',
    says: 'must be {"env": "NAME"} or {"file": "path"}',
  },
];

describe('one mistake gives one problem that names it', () => {
  describe('about a merchant', () => {
    itReportsEachOfFile({ of: 'merchant', env: merchantEnv }, mistakes);
  });

  describe('about an app', () => {
    const env = {
      ...merchantEnv,
      TOKEN: 'hunter44',
      ODD_TOKEN: 'hunter-44',
      AES: `hunter${'a'.repeat(37)}`,
      SHORT_AES: `hunter${'a'.repeat(36)}`,
    };
    itReportsEachOfFile({ of: 'app', env }, mistakesOfApps);
  });
});
