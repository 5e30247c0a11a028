import { z } from 'zod';

export const requestPaymentParameters = z
  .strictObject({
    timeStamp: z.string().meta({ description: 'Seconds since 1970, as text.', examples: ['1799114400'] }),
    nonceStr: z.string().meta({ description: 'Random.', examples: ['5K8264ILTKCH16CQ2502SI8ZNMTM67VS'] }),
    package: z.string().meta({
      description: 'prepay_id=…, good for two hours.',
      examples: ['prepay_id=wx05100000123456789abcdef0'],
    }),
    signType: z.literal('RSA').describe('How it is signed.'),
    paySign: z.string().meta({
      description: "The merchant's signature over the others, in Base64.",
      examples: [
        'oR9d8PuhnIc+YZ8cBHFCwfgpaK9gd7vaRvkYD7rthRAZ/X+QBhcCYL21N7cHCTUxbQ+EAt6Uy+lwSN22f5YZvI45MLko8Pfso0jm46v5hqcVwrk6uddkGuT+Cdvu4WBqDzaDjnNa5UK3GfE1Wfl2gHxIIY5lLdUgWFts17D4WuolLLkiFZV+JSHMvH7eaLdT9N5GBovBwu5yYKUR7skR8Fu+LozcSqQixnlEZUfyE55feLOQTUYzLmR9pNtPbPsu6WVhbNHMS3Ss2+AehHvz+n64GDmXxbX++IOBvm2olHu3PsOUGRwhudhVf7UcGcunXt8cqNjKNqZLhLw4jq/xDg==',
      ],
    }),
  })
  .meta({
    id: 'RequestPaymentParameters',
    description: 'Parameters of wx.requestPayment, as the mini-program passes them on.',
  });
export type RequestPaymentParameters = z.infer<typeof requestPaymentParameters>;

export const signPaymentResponse = z
  .strictObject({ payment: requestPaymentParameters })
  .meta({ id: 'SignedPayment', description: 'What the buyer pays with.' });
export type SignPaymentResponse = z.infer<typeof signPaymentResponse>;

/** What keeps a payment from being started. */
export const prepayProblems = [
  'ORDER_NOT_PAYABLE',
  'ORDER_NUMBER_USED',
  'WECHAT_REFUSED',
  'ORDER_PREPAY_UNDER_WAY',
] as const;
