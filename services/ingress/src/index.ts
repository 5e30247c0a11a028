export { type IngressConfig, ingressShape, loadIngressConfig } from './config.ts';
export { createContext, type IngressContext, type IngressOverrides, type IngressStore } from './context.ts';
export {
  createWechatPayNotificationHandler,
  type WechatPayNotificationDeps,
} from './routes/wechat-pay-notification.ts';
export { start } from './start.ts';
