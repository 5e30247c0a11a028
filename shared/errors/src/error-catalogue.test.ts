import { expect } from 'chai';
import { describe, it } from 'mocha';
import { billErrors } from './catalogue/bill-errors.ts';
import { callbackErrors } from './catalogue/callback-errors.ts';
import { deliveryErrors } from './catalogue/delivery-errors.ts';
import { infrastructureErrors } from './catalogue/infrastructure-errors.ts';
import { messageErrors } from './catalogue/message-errors.ts';
import { orderErrors } from './catalogue/order-errors.ts';
import { refundErrors } from './catalogue/refund-errors.ts';
import { requestErrors } from './catalogue/request-errors.ts';
import { shipmentErrors } from './catalogue/shipment-errors.ts';
import { userErrors } from './catalogue/user-errors.ts';
import { wechatErrors } from './catalogue/wechat-errors.ts';
import { type ErrorCode, errorCatalogue } from './error-catalogue.ts';

const areas = [
  billErrors,
  callbackErrors,
  deliveryErrors,
  infrastructureErrors,
  messageErrors,
  orderErrors,
  refundErrors,
  requestErrors,
  shipmentErrors,
  userErrors,
  wechatErrors,
];

describe('the error catalogue', () => {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  for (const code of codes) {
    it(`says of ${code} what it means and what to do`, () => {
      const { kind, meaning, whatToDo } = errorCatalogue[code];
      expect(code).to.match(/^[A-Z]+(_[A-Z]+)+$/);
      expect(kind).to.be.oneOf(['permanent', 'transient', 'throttled']);
      for (const sentence of [meaning, whatToDo]) expect(sentence).to.match(/^[A-Z].{10,}[.?]$/);
    });
  }

  it('means something different by each code', () => {
    const meanings = codes.map((code) => errorCatalogue[code].meaning);
    expect(new Set(meanings).size).to.equal(codes.length);
  });

  it('has each code in one area alone', () => {
    const ofAreas = areas.flatMap((area) => Object.keys(area));
    expect(ofAreas).to.have.members(codes);
  });
});
