import type { CallbackLimits, PassThrough, Shop } from './told-shop.ts';

/** A merchant with its secrets read: what services work with. Never log one. */
export interface Merchant {
  readonly mchId: string;
  readonly merchantSerialNo: string;
  readonly merchantPrivateKeyPem: string;
  readonly apiV3Key: string;
  readonly apiV3KeyPrevious: string | undefined;
  readonly apiV2Key: string | undefined;
  readonly apiV2KeyPrevious: string | undefined;
  readonly wechatpayPublicKeys: readonly { readonly id: string; readonly pem: string }[];
  readonly platformCertificatePems: readonly string[];
  /** Whether certificates are downloaded by themselves. */
  readonly downloadsCertificates: boolean;
  readonly appIds: readonly string[];
  readonly isServiceProvider: boolean;
  readonly shop: Shop | undefined;
  readonly passThrough: readonly PassThrough[];
  readonly contractTermination: 'allow' | 'refuse';
  readonly unknownOrder: 'forward' | 'hold' | 'dead_letter';
  /** How long it is waited for, but with `hold`; absent: ten minutes. */
  readonly unknownOrderAfterMs?: number;
  readonly latePayment: 'deliver' | 'refund';
  readonly limits: MerchantLimits;
  /** Of requests to merchant-api, for each API key and process. */
  readonly apiRate: { readonly perSecond: number; readonly burst: number };
  readonly bill: BillRule;
}

/** What is done with the merchant's bill, and which of its lines are ours. */
export interface BillRule {
  readonly isChecked: boolean;
  readonly appIds: readonly string[];
  /** Empty: any number. */
  readonly outTradeNoPrefixes: readonly string[];
  readonly adopts: boolean;
}

/** What one merchant may ask of us. */
export interface MerchantLimits extends CallbackLimits {
  readonly queriesPerSecond: number;
}
