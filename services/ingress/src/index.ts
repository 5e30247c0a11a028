export type { CallbackHandler, CallbackHandlerDeps } from './callback/callback-handler.ts';
export { type IngressConfig, ingressShape, loadIngressConfig } from './config.ts';
export { createContext, type IngressContext, type IngressOverrides, type IngressStore } from './context.ts';
export { createReceivers, type Receivers } from './receivers.ts';
export { createMessagePushHandler, type MessagePushDeps } from './routes/message-push.ts';
export { createPushAddressHandler, type PushAddressDeps } from './routes/push-address.ts';
export {
  createWechatPayNotificationHandler,
  type WechatPayNotificationDeps,
} from './routes/wechat-pay-notification.ts';
export {
  createWechatPayV2NotificationHandler,
  type WechatPayV2NotificationDeps,
} from './routes/wechat-pay-v2-notification.ts';
export { start } from './start.ts';
