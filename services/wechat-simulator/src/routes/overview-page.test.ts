import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  callJson,
  callPay,
  prepayBody,
  requestPayment,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { useOwnSimulator } from './own-simulator.fixture.test.ts';

const browser = { headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' } };

describe('wechat-simulator: the page that shows what happened', () => {
  const own = useOwnSimulator();

  const open = async () => {
    const response = await fetch(`${own.simulator.uri}/simulator`, browser);
    return { response, html: await response.text() };
  };

  it('is for browsers; other programs get the list of calls as data', async () => {
    const { response } = await open();
    expect(response.headers.get('content-type')).to.match(/^text\/html/);
    expect(response.headers.get('content-security-policy')).to.include("default-src 'none'");
    const { json } = await callJson('GET', `${own.simulator.uri}/simulator`);
    expect(json).to.have.property('POST /simulator/buyers/pay');
  });

  it('shows each order with its payment, how its callback was answered, and every call', async () => {
    const order = prepayBody(own.receiver.url, { out_trade_no: 'LONGJING-1', amount: { total: 1_990 } });
    const { json } = await callPay(own.simulator.uri, 'POST', '/v3/pay/transactions/jsapi', order);
    await callJson('POST', `${own.simulator.uri}/simulator/buyers/pay`, requestPayment(json.prepay_id));
    const html = await waitFor('the callback on the page', async () => {
      const page = (await open()).html;
      return page.includes('acknowledged') ? page : undefined;
    });
    expect(html).to.match(/LONGJING-1<\/a>.*<td>¥19\.90<\/td><td>SUCCESS<\/td>/);
    expect(html).to.match(/TRANSACTION\.SUCCESS.*<td>204<\/td><td>acknowledged<\/td>/);
    expect(html).to.include('POST /simulator/buyers/pay').and.to.include('{ speed } or { advance_ms }');
  });

  it('shows what strangers sent as words, not as tags', async () => {
    const body = { mchid: testMerchant.mchId, url: own.receiver.url, event_type: '<b>X</b>', resource: {} };
    await callJson('POST', `${own.simulator.uri}/simulator/notifications`, body);
    const { html } = await open();
    expect(html).to.include('&#60;b&#62;X').and.not.to.include('<b>X');
  });
});
