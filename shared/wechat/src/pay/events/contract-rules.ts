import type { NotedEventOf } from '@huidiao/contracts';
import { eventRule, type TellFact } from './event-rule.ts';

type ContractEvent =
  | 'contract.signed'
  | 'contract.terminated'
  | 'contract.renewed'
  | 'contract.termination_asked'
  | 'contract.retention_asked';

/** A family's contracts; all but education's are described in nearly the same words. */
function contractRule<T extends ContractEvent>(type: T, product: NotedEventOf<T>['product']): TellFact {
  return eventRule<ContractEvent>(type, {
    fields: {
      product: () => product,
      contractId: ['contract_id', 'contract_information.contract_id'],
      outContractCode: 'out_contract_code',
      planId: 'plan_id',
      contractState: ['contract_state', 'contract_information.contract_status'],
      signedTime: ['contract_signed_time', 'contract_information.create_time'],
      expiredTime: 'contract_expired_time',
      terminatedTime: ['contract_terminate_info.contract_terminated_time', 'contract_terminated_time'],
      terminationMode: [
        'contract_terminate_info.contract_termination_mode',
        'contract_termination_mode',
        'contract_terminated_mode',
      ],
      operateTime: 'operate_time',
    },
    key: toContractKey,
  });
}

/** A question may come again about the same contract, which is why the notification's id is part of its key. */
function toContractKey(event: NotedEventOf<ContractEvent>): readonly (string | undefined)[] {
  const { product, contractId, outContractCode, operateTime, expiredTime, terminatedTime, signedTime } =
    event;
  const contract = contractId ?? `code-${outContractCode}`;
  const done = {
    'contract.signed': operateTime ?? signedTime,
    'contract.terminated': operateTime ?? terminatedTime,
    'contract.renewed': expiredTime,
    'contract.termination_asked': undefined,
    'contract.retention_asked': undefined,
  };
  return [product, event.subMchId ?? 'own', contract, done[event.type]];
}

/** 委托代扣 and its kin. */
export const contractRules: Readonly<Record<string, TellFact>> = {
  'ENTRUST.SIGN': contractRule('contract.signed', 'entrust'),
  'ENTRUST.TERMINATE': contractRule('contract.terminated', 'entrust'),
  'ENTRUST.TERMINATE_INQUIRY': contractRule('contract.termination_asked', 'entrust'),
  'ENTRUST.TERMINATE_RETENTION': contractRule('contract.retention_asked', 'entrust'),
  'ENTRUST.SIGNING': contractRule('contract.signed', 'education'),
  'ENTRUST.RELEASE': contractRule('contract.terminated', 'education'),
  'INSURANCE_ENTRUST.SIGN': contractRule('contract.signed', 'insurance'),
  'INSURANCE_ENTRUST.TERMINATE': contractRule('contract.terminated', 'insurance'),
  'INSURANCE_ENTRUST.RENEW': contractRule('contract.renewed', 'insurance'),
  'ECOMMERCE_ENTRUST.SIGN': contractRule('contract.signed', 'ecommerce'),
  'ECOMMERCE_ENTRUST.TERMINATE': contractRule('contract.terminated', 'ecommerce'),
  'PAPAY.SIGN': contractRule('contract.signed', 'global'),
  'PAPAY.TERMINATE': contractRule('contract.terminated', 'global'),
  'CREDIT_REPAYMENT.SIGN_CONTRACT': contractRule('contract.signed', 'credit_repayment'),
  'CREDIT_REPAYMENT.TERMINATE_CONTRACT': contractRule('contract.terminated', 'credit_repayment'),
};
