import { constants, privateDecrypt } from 'node:crypto';
import { AppError } from '@huidiao/errors';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPlatformKeys, toLongestValid } from './platform-keys.ts';
import { createRefundCalls } from './refund-calls.ts';
import { toRefundBody } from './refund-request.ts';
import type { PayRequest } from './send-pay-request.ts';

const { publicKey, privateKey } = rsaKeysOf('wechat-pay');
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const publicKeyId = 'PUB_KEY_ID_0114232134912410000000000000';
const amount = { refundFen: 100, totalFen: 888, currency: 'CNY' };

describe('the body of a refund', () => {
  it('names the order, or where it is given the payment', () => {
    const refund = { outTradeNo: 'order-1', outRefundNo: 'refund-1', ...amount };
    const wire = { out_refund_no: 'refund-1', amount: { refund: 100, total: 888, currency: 'CNY' } };
    expect(toRefundBody(refund)).to.deep.equal({ out_trade_no: 'order-1', ...wire });
    const whole = {
      ...refund,
      transactionId: '42',
      subMchId: '1900000109',
      reason: '少发',
      notifyUrl: 'https://a.example',
      fundsAccount: 'AVAILABLE',
      goods: [{ merchantGoodsId: 'g', goodsName: 'tea', unitPriceFen: 1, refundFen: 2, refundQuantity: 3 }],
    };
    expect(toRefundBody(whole)).to.deep.equal({
      transaction_id: '42',
      ...wire,
      sub_mchid: '1900000109',
      reason: '少发',
      notify_url: 'https://a.example',
      funds_account: 'AVAILABLE',
      goods_detail: [
        { merchant_goods_id: 'g', goods_name: 'tea', unit_price: 1, refund_amount: 2, refund_quantity: 3 },
      ],
    });
  });
});

describe('a refund that is ABNORMAL', () => {
  const named = { refundId: '5030', outRefundNo: 'refund-1' };
  const card = { bankType: 'ICBC_DEBIT', bankAccount: '6222020000000000', realName: '王小明' };
  const answer = {
    status: 'PROCESSING',
    refund_id: '5030',
    out_refund_no: 'refund-1',
    transaction_id: '42',
    out_trade_no: 'order-1',
    amount: { total: 888, refund: 100 },
  };
  const keys = createPlatformKeys({
    wechatpayPublicKeys: [{ id: publicKeyId, pem }],
    platformCertificatePems: [],
  });

  async function settle(abnormal: object, of = keys) {
    const sent: PayRequest[] = [];
    const fire = async (request: PayRequest) => {
      sent.push(request);
      return answer;
    };
    await createRefundCalls(of, fire).settleAbnormalRefund({ ...named, ...abnormal });
    return sent[0] ?? expect.fail('nothing was sent');
  }

  it('goes to a card whose number and name only WeChat Pay can read, under the key that the request names', async () => {
    const { path, body, answerKeyId } = await settle({ card, subMchId: '1900000109' });
    expect(path).to.equal('/v3/refund/domestic/refunds/5030/apply-abnormal-refund');
    expect(answerKeyId).to.equal(publicKeyId);
    const { bank_account, real_name, ...rest } = body as Record<string, string>;
    expect(rest).to.deep.equal({
      sub_mchid: '1900000109',
      out_refund_no: 'refund-1',
      type: 'USER_BANK_CARD',
      bank_type: 'ICBC_DEBIT',
    });
    const open = (text = '') =>
      privateDecrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
        Buffer.from(text, 'base64'),
      ).toString('utf8');
    expect([open(bank_account), open(real_name)]).to.deep.equal(['6222020000000000', '王小明']);
  });

  it('goes to the merchant without any of it', async () => {
    const { body, answerKeyId } = await settle({});
    expect(body).to.deep.equal({ out_refund_no: 'refund-1', type: 'MERCHANT_BANK_CARD' });
    expect(answerKeyId).to.equal(undefined);
  });

  it('goes nowhere where its card cannot be encrypted', async () => {
    const none = createPlatformKeys({ wechatpayPublicKeys: [], platformCertificatePems: [] });
    const error = await settle({ card }, none).catch((thrown: unknown) => thrown);
    expect(error)
      .to.be.instanceOf(AppError)
      .and.to.include({ code: 'WECHAT_KEY_UNKNOWN', kind: 'transient' });
  });

  it('is encrypted with the certificate that is valid longest, where there is no public key', () => {
    const certificate = (serial: string, year: number) => ({
      serial,
      key: publicKey,
      expiresAt: new Date(`${year}-01-01T00:00:00Z`),
    });
    const certificates = [certificate('A', 2027), certificate('B', 2029), certificate('C', 2028)];
    expect(toLongestValid(certificates)?.name).to.equal('B');
    expect(toLongestValid([])).to.equal(undefined);
  });
});
