import { z } from 'zod';
import { payEvent, text } from './pay-event.ts';

/** Which family of contracts. */
const product = z.enum(['entrust', 'insurance', 'ecommerce', 'education', 'global', 'credit_repayment']);

const contract = {
  product,
  /** 委托代扣协议ID; not told of every contract. */
  contractId: text,
  /** 商户签约协议号; not told of every contract. */
  outContractCode: text,
  planId: text,
  /** SIGNED, TERMINATED; ADD, DELETE of education. */
  contractState: text,
  signedTime: text,
  expiredTime: text,
  terminatedTime: text,
  terminationMode: text,
  /** Of contracts that tell only when something was done. */
  operateTime: text,
};

const isIdentified = (told: { contractId?: string | undefined; outContractCode?: string | undefined }) =>
  told.contractId !== undefined || told.outContractCode !== undefined;
const identified = { path: ['contractId'], message: 'neither contract_id nor out_contract_code' };

/** 委托代扣 and its kin. https://pay.weixin.qq.com/docs/merchant/apis/entrusted-payment/contract-alter-notify.html */
export const contractEvents = {
  /** ENTRUST.SIGN, INSURANCE_ENTRUST.SIGN, ECOMMERCE_ENTRUST.SIGN, ENTRUST.SIGNING, PAPAY.SIGN, CREDIT_REPAYMENT.SIGN_CONTRACT */
  'contract.signed': payEvent('contract.signed', contract).refine(isIdentified, identified),
  /** The same with TERMINATE; ENTRUST.RELEASE of education. */
  'contract.terminated': payEvent('contract.terminated', contract).refine(isIdentified, identified),
  /** INSURANCE_ENTRUST.RENEW */
  'contract.renewed': payEvent('contract.renewed', contract).refine(isIdentified, identified),
  /** ENTRUST.TERMINATE_INQUIRY: WeChat Pay asked whether it may end. https://pay.weixin.qq.com/doc/v3/merchant/4012978455 */
  'contract.termination_asked': payEvent('contract.termination_asked', contract),
  /** ENTRUST.TERMINATE_RETENTION: what keeps the user from ending it. https://pay.weixin.qq.com/doc/v3/merchant/4012312222 */
  'contract.retention_asked': payEvent('contract.retention_asked', contract),
} as const;
