// Where the sources of each part are, from the top of the tree.
export const ingress = 'services/ingress/src';
export const orderWorker = 'services/order-worker/src';
export const messageWorker = 'services/message-worker/src';
export const merchantApi = 'services/merchant-api/src';
export const reconciler = 'services/reconciler/src';
export const queue = 'shared/queue/src';
export const store = 'shared/store/src';
export const wechat = 'shared/wechat/src';
