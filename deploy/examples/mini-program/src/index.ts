export * from './phone/create-phone.ts';
export { miniprogramFolder } from './phone/load-mini-program.ts';
export * from './phone/read-wxml.ts';
export type { Person, PopupChoice, WeChat } from './phone/wechat.ts';
