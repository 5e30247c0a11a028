import type { App, Clock, MerchantDirectory } from '@huidiao/contracts';
import type { Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import {
  type PushQuestion,
  type PushReply,
  toCustomerServiceTransfer,
  toIosRefundAnswer,
} from '@huidiao/wechat';
import { decideIosRefund } from './decide-ios-refund.ts';
import { findOrderOfApp } from './find-order-of-app.ts';

/** Finds what pushes are answered that want more than an acknowledgement. */
export interface PushQuestions {
  /** @throws AppError STORE_UNAVAILABLE where the answer rests on an order that cannot be read in time */
  answer(app: App, question: PushQuestion): Promise<PushReply>;
}

export interface PushQuestionsDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
  readonly directory: MerchantDirectory;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** See PushQuestions. */
export function createPushQuestions(deps: PushQuestionsDeps): PushQuestions {
  const decisions = deps.metrics.counter({
    name: 'huidiao_ios_refund_answers_total',
    help: 'What WeChat was told when it asked whether Apple may refund a virtual payment',
    labelNames: ['decision'],
  });
  return {
    async answer(app, question) {
      switch (question.kind) {
        case 'customer_service':
          return { fields: toCustomerServiceTransfer(question, deps.clock.now()) };
        case 'ios_refund': {
          const order = await findOrderOfApp(deps, app, question.orderNumbers);
          const answer = decideIosRefund(app.iosRefund, question, order);
          decisions.inc({ decision: answer.decision });
          return { fields: toIosRefundAnswer(answer) };
        }
        default:
          return question satisfies never;
      }
    },
  };
}
