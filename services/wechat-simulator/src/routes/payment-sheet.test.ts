import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  callPay,
  newOutTradeNo,
  prepayBody,
  requestPayment,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { useOwnSimulator } from './own-simulator.fixture.test.ts';

const back = 'http://127.0.0.1:3003/orders/1?a=1&b="2"';

describe('wechat-simulator: the page on which a buyer pays', () => {
  const own = useOwnSimulator();

  /** A new order's parameters of wx.requestPayment, and where to go afterwards. */
  async function newSheet(facts: object = {}): Promise<Record<string, string>> {
    const body = { ...prepayBody(own.receiver.url), out_trade_no: newOutTradeNo(), ...facts };
    const { json } = await callPay(own.simulator.uri, 'POST', '/v3/pay/transactions/jsapi', body);
    return { ...requestPayment(json.prepay_id), back };
  }

  async function open(sheet: Record<string, string>) {
    const query = new URLSearchParams(sheet);
    const response = await fetch(`${own.simulator.uri}/simulator/payment-sheet?${query}`);
    return { status: response.status, html: await response.text(), headers: response.headers };
  }

  const press = (sheet: Record<string, string>) =>
    fetch(`${own.simulator.uri}/simulator/payment-sheet`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(sheet),
    });

  it('shows what is paid, and its button pays it, tells the merchant, and leads back', async () => {
    const { status, html, headers } = await open(await newSheet({ description: '<i>Tea</i>' }));
    expect(status).to.equal(200);
    expect(headers.get('content-security-policy')).to.include("default-src 'none'");
    expect(html)
      .to.include(testMerchant.mchId)
      .and.to.match(/¥\d+\.\d{2}/)
      .and.not.to.include('<i>');
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    ]);
    const before = own.simulator.ledger().notifications.length;
    const pressed = await press(Object.fromEntries(fields));
    expect([pressed.status, pressed.headers.get('location')]).to.deep.equal([303, encodeURI(back)]);
    await waitFor('the notification', () => own.simulator.ledger().notifications.length > before);
    expect((await press(Object.fromEntries(fields))).status).to.equal(409);
  });

  it('takes no payment that the merchant has not signed', async () => {
    const sheet = await newSheet();
    const pressed = await press({ ...sheet, nonceStr: 'another' });
    expect(pressed.status).to.equal(403);
    expect(await pressed.text()).to.include('PAY_SIGN_WRONG');
  });

  it('says what is wrong with an address that nobody can pay at', async () => {
    const sheet = await newSheet();
    expect((await open({ ...sheet, package: 'prepay_id=wx<script>' })).html)
      .to.include('PREPAY_ID_UNKNOWN')
      .and.not.to.include('<script');
    expect((await open({ ...sheet, back: 'javascript:alert(1)' })).status).to.equal(400);
    expect((await open({})).html).to.include('paySign');
    expect((await press({})).status).to.equal(400);
  });
});
