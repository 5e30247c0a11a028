import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { callJson, testApp } from '../wechat-simulator.fixture.test.ts';
import { miniProgramApiNames } from './mini-program-faults.ts';
import { createPlatform, type Platform } from './platform.fixture.test.ts';

/** Those whose path is more than /wxa/sec/order and their name. */
const paths: Readonly<Record<string, string>> = {
  stable_token: '/cgi-bin/stable_token',
  subscribe_send: '/cgi-bin/message/subscribe/send',
  template_send: '/cgi-bin/message/template/send',
  jscode2session: '/sns/jscode2session',
  checksession: '/wxa/checksession',
  getuserphonenumber: '/wxa/business/getuserphonenumber',
  get_delivery_list: '/cgi-bin/express/delivery/open_msg/get_delivery_list',
};

describe('wechat-simulator: APIs of mini-programs go wrong', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await createPlatform(testApp);
  });
  afterEach(() => platform.close());

  for (const api of miniProgramApiNames) {
    it(`${api} fails before and after it acted, with an errcode, as a gateway and by a reset`, async () => {
      const { simulator } = platform;
      const url = `${simulator.uri}${paths[api] ?? `/wxa/sec/order/${api}`}`;
      simulator.faults.set({
        api: [
          { api, moment: 'before', answer: 'frequency_limited', times: 1 },
          { api, moment: 'after', answer: { status: 500 }, times: 1 },
          { api, moment: 'before', answer: 'reset', times: 1 },
        ],
      });
      expect((await callJson('POST', url, {})).json).to.include({ errcode: 45011 });
      const broken = await callJson('POST', url, {}).catch(() => undefined);
      expect(broken).to.equal(undefined);
      expect((await callJson('POST', url, {})).status).to.equal(500);
      const { counts, faults } = simulator.ledger().calls;
      expect(counts[api]).to.equal(3);
      expect(faults[api]).to.deep.equal({ before_frequency_limited: 1, before_reset: 1, after_500: 1 });
    });
  }
});
