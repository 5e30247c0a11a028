/** A code of wx.login, good once within five minutes; undefined where WeChat gives none. Never rejects. */
export function getLoginCode(): Promise<string | undefined> {
  return new Promise((resolve) => {
    let code: string | undefined;
    wx.login({
      timeout: 10_000,
      success: (result) => {
        code = result.code;
      },
      fail: ({ errMsg }) => console.warn('wx.login', errMsg),
      // After either of them, and so the one place where the wait ends.
      complete: () => resolve(code),
    });
  });
}
