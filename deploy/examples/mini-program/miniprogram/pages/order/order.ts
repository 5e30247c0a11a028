import { type Order, type PaymentParameters, readOrder, signPayment } from '../../api/orders';
import type { Answer } from '../../api/request';
import { reportAnswers } from '../../api/users';
import { templates } from '../../config';
import { markPaymentOpened, mayBePaid, takePayment, unmarkPaymentOpened } from '../../purchases';
import { toProblemText } from '../../texts/problem-text';
import { toOrderView } from '../../texts/to-order-view';
import { type Watch, watchOrder } from '../../watch-order';
import { askForMessages } from '../../wechat/ask-for-messages';

/** Fits both the typings of wx.onNetworkStatusChange and, which differ, those of its counterpart. */
type NetworkListener = (change: { readonly isConnected?: boolean; readonly errMsg?: string }) => void;

Page({
  data: {
    outTradeNo: '',
    description: '',
    price: '',
    status: '读取中',
    isPayable: false,
    isPaying: false,
    hint: '',
  },
  isGone: false,
  watch: undefined as Watch | undefined,
  onNetworkChange: undefined as NetworkListener | undefined,

  onLoad({ no = '' }: Record<string, string | undefined>) {
    const outTradeNo = decodeURIComponent(no);
    this.setData({ outTradeNo });
    this.onNetworkChange = ({ isConnected }) => {
      if (isConnected) this.watch?.now();
    };
    wx.onNetworkStatusChange(this.onNetworkChange);
    const payment = takePayment(outTradeNo);
    if (payment !== undefined) this.requestPayment(payment);
  },

  /** Also after WeChat's payment sheet and after the mini-program was in the background. */
  onShow() {
    this.startWatch();
  },

  onHide() {
    this.watch?.stop();
  },

  onUnload() {
    this.isGone = true;
    this.watch?.stop();
    if (this.onNetworkChange !== undefined) wx.offNetworkStatusChange(this.onNetworkChange);
  },

  async onPullDownRefresh() {
    this.showOrder(await readOrder(this.data.outTradeNo));
    wx.stopPullDownRefresh();
  },

  async pay() {
    if (this.data.isPaying) return;
    this.setData({ isPaying: true, hint: '' });
    // The first thing of the tap: after anything that is awaited WeChat would refuse the popup.
    const answers = await askForMessages([templates.orderPaid]);
    void reportAnswers(answers);
    const answer = await signPayment(this.data.outTradeNo);
    if (answer.kind === 'ok') return this.requestPayment(answer.body.payment);
    this.setData({ isPaying: false, hint: toProblemText(answer) });
    // It may have been paid on another device.
    if (answer.kind === 'problem') this.showOrder(await readOrder(this.data.outTradeNo));
  },

  /** What the callbacks say is shown, never believed: whether the order is paid is the server's to say. */
  requestPayment(payment: PaymentParameters) {
    const { outTradeNo } = this.data;
    this.setData({ isPaying: true });
    markPaymentOpened(outTradeNo);
    wx.requestPayment({
      ...payment,
      success: () => {
        // Here, as in a tap, WeChat allows the popup.
        void askForMessages([templates.orderShipped]).then(reportAnswers);
      },
      fail: ({ errMsg }) => {
        // Of any other failure it is not known whether the user has paid.
        if (errMsg !== 'requestPayment:fail cancel') return;
        unmarkPaymentOpened(outTradeNo);
        this.setData({ hint: '未支付，可继续支付' });
      },
      complete: () => {
        this.setData({ isPaying: false });
        this.startWatch();
      },
    });
  },

  startWatch() {
    this.watch?.stop();
    // WeChat's callbacks also come to a page that was left meanwhile.
    if (this.isGone) return;
    this.watch = watchOrder(this.data.outTradeNo, {
      onAnswer: (answer) => this.showOrder(answer),
      onGivenUp: () => this.setData({ hint: '暂未收到支付结果，请下拉刷新' }),
    });
  },

  showOrder(answer: Answer<Order>) {
    if (answer.kind !== 'ok') {
      this.setData({ hint: toProblemText(answer) });
      if (isRefusedForGood(answer)) this.watch?.stop();
      return;
    }
    const { outTradeNo, isPaying, hint } = this.data;
    const order = answer.body;
    const isConfirming = mayBePaid(outTradeNo);
    if (order.status !== 'created') unmarkPaymentOpened(outTradeNo);
    if (!isChanging(order, isConfirming || isPaying)) this.watch?.stop();
    const isCancelled = order.status === 'created' && !isConfirming;
    this.setData({ ...toOrderView(order, isConfirming), hint: isCancelled ? hint : '' });
  },
});

/** Without a network, at a busy server and beyond a rate it goes on by itself; what else is refused is refused again. */
function isRefusedForGood(answer: Answer<Order>): boolean {
  return answer.kind === 'problem' && answer.status < 500 && answer.status !== 429;
}

/** An order that waits for its user to pay, or for a parcel, does not change by being looked at. */
function isChanging({ status, held }: Order, mayBePaid: boolean): boolean {
  return status === 'created' ? mayBePaid : status === 'paid' && held === undefined;
}
