import type { MessageTrigger } from '../message-triggers.ts';
import type { CallbackLimits, PassThrough, Shop } from './told-shop.ts';

/** An app with its secrets read. Never log one. */
export interface App {
  readonly appId: string;
  /** Absent: a mini-program. */
  readonly kind?: 'mini_program' | 'service_account';
  readonly appSecret: string;
  readonly appSecretPrevious: string | undefined;
  readonly push: MessagePush | undefined;
  /** Its own, or that of the only merchant which lists the app. */
  readonly shop: Shop | undefined;
  readonly passThrough: readonly PassThrough[];
  readonly customerService: 'transfer' | 'off';
  readonly limits: CallbackLimits;
  readonly iosRefund: {
    readonly answer: 'allow' | 'refuse' | 'unless_delivered';
    readonly evidence: string;
  };
  readonly originalId: string | undefined;
  readonly miniprogramState: 'formal' | 'trial' | 'developer';
  readonly lang: 'zh_CN' | 'en_US' | 'zh_HK' | 'zh_TW';
  /** How long a login lasts. */
  readonly sessionTtlMs: number;
  readonly shipping: { readonly autoUpload: boolean; readonly remindReceipt: boolean };
  readonly templates: AppTemplates;
}

/** What the message push (消息推送) of an app is verified and opened with; the current ones first. */
export interface MessagePush {
  readonly tokens: readonly string[];
  /** Empty: plaintext mode. */
  readonly encodingAesKeys: readonly string[];
}

/** A message that an app tells by itself. */
export interface MessageTemplate {
  readonly templateId: string;
  readonly page: string | undefined;
  readonly data: Readonly<Record<string, string>>;
  readonly usefulForMs: number;
}

/** What an app tells its users, by what happened. */
export interface AppTemplates {
  readonly orderPaid: MessageTemplate | undefined;
  readonly orderShipped?: MessageTemplate | undefined;
  readonly refundSucceeded?: MessageTemplate | undefined;
}

/** The template by which an app tells of it, if it does. */
export function templateOf(
  { templates }: Pick<App, 'templates'>,
  trigger: MessageTrigger,
): MessageTemplate | undefined {
  switch (trigger) {
    case 'order_paid':
      return templates.orderPaid;
    case 'order_shipped':
      return templates.orderShipped;
    case 'refund_succeeded':
      return templates.refundSucceeded;
    default:
      return trigger satisfies never;
  }
}
