import type { PaymentSucceeded } from './events/payment-events.ts';

/** What WeChat Pay, when asked (查单), says of an order, as far as it matters to us. */
export type OrderAnswer =
  /** Paid. `refunded`: some or all of it was refunded since. */
  | { readonly state: 'paid'; readonly refunded: boolean; readonly payment: PaymentSucceeded }
  /** Nobody paid it, and nobody will. */
  | { readonly state: 'ended'; readonly tradeState: string }
  /** Nobody paid it so far. `closeErrorCode`: it should have been closed, and was not. */
  | { readonly state: 'open'; readonly tradeState: string; readonly closeErrorCode?: string };
