/** 模板ID → what the user chose: accept, reject, ban, filter. */
export type MessageAnswers = Readonly<Record<string, string>>;

/**
 * wx.requestSubscribeMessage. To be called within a tap or the success of wx.requestPayment, before anything is awaited
 * there, or WeChat refuses it. A refusal, or the main switch turned off (20004), stops nobody from buying: undefined
 * then. Never rejects.
 * https://developers.weixin.qq.com/miniprogram/dev/api/open-api/subscribe-message/wx.requestSubscribeMessage.html
 */
export function askForMessages(templateIds: readonly string[]): Promise<MessageAnswers | undefined> {
  return new Promise((resolve) => {
    let answers: MessageAnswers | undefined;
    wx.requestSubscribeMessage({
      tmplIds: [...templateIds],
      success: ({ errMsg: _, ...chosen }) => {
        answers = chosen;
      },
      fail: ({ errCode, errMsg }) => console.warn('wx.requestSubscribeMessage', errCode, errMsg),
      complete: () => resolve(answers),
    });
  });
}
