import { checkOut, listGoods } from '../../api/shop';
import { reportAnswers } from '../../api/users';
import { templates } from '../../config';
import { getLastOrder, keepCheckout } from '../../purchases';
import { toProblemText } from '../../texts/problem-text';
import { toYuan } from '../../texts/to-yuan';
import { askForMessages } from '../../wechat/ask-for-messages';

interface ShownGoods {
  readonly id: string;
  readonly name: string;
  readonly price: string;
}

type BuyTap = WechatMiniprogram.TouchEvent<
  WechatMiniprogram.IAnyObject,
  WechatMiniprogram.IAnyObject,
  { readonly id: string }
>;

Page({
  data: {
    goods: [] as ShownGoods[],
    hint: '',
    /** Id of the goods that are being ordered. */
    buying: '',
    lastOrder: '',
  },

  async onLoad() {
    await this.loadGoods();
  },

  onShow() {
    this.setData({ lastOrder: getLastOrder() });
  },

  async onPullDownRefresh() {
    await this.loadGoods();
    wx.stopPullDownRefresh();
  },

  async loadGoods() {
    const answer = await listGoods();
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    const goods = answer.body.goods.map(({ id, name, price }) => ({ id, name, price: toYuan(price) }));
    this.setData({ goods, hint: '' });
  },

  async buy(tap: BuyTap) {
    if (this.data.buying !== '') return;
    const { id } = tap.currentTarget.dataset;
    this.setData({ buying: id, hint: '' });
    // The first thing of the tap: after anything that is awaited WeChat would refuse the popup.
    const answers = await askForMessages([templates.orderPaid]);
    void reportAnswers(answers);
    const answer = await checkOut(id);
    this.setData({ buying: '' });
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    keepCheckout(answer.body);
    wx.navigateTo({ url: `/pages/order/order?no=${encodeURIComponent(answer.body.out_trade_no)}` });
  },

  openLastOrder() {
    wx.navigateTo({ url: `/pages/order/order?no=${encodeURIComponent(this.data.lastOrder)}` });
  },
});
