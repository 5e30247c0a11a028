import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadBuyConfig } from './config.ts';

describe('the environment of the sample purchase', () => {
  const good = {
    MERCHANT_API_URL: 'http://127.0.0.1:3001',
    SIMULATOR_URL: 'http://127.0.0.1:3002',
    MONGODB_URI: 'mongodb://127.0.0.1/huidiao',
    MERCHANTS_FILE: '/merchants.json',
  };

  it('names the addresses, and goes on to the command that makes the API key', () => {
    expect(loadBuyConfig(good)).to.deep.equal({
      merchantApi: good.MERCHANT_API_URL,
      simulator: good.SIMULATOR_URL,
      env: good,
    });
  });

  for (const name of Object.keys(good)) {
    it(`is refused by name without ${name}`, () => {
      expect(() => loadBuyConfig({ ...good, [name]: '' })).to.throw(name);
    });
  }

  it('is refused with everything that is wrong at once', () => {
    const load = () => loadBuyConfig({ SIMULATOR_URL: 'here' });
    for (const word of [
      'MERCHANT_API_URL must',
      'SIMULATOR_URL must',
      'here',
      'MONGODB_URI',
      'MERCHANTS_FILE',
    ]) {
      expect(load).to.throw(word);
    }
  });
});
