/** An openid as it may be logged: stars and its last four characters. Shorter than eight: stars only. */
export function maskOpenId(openId: string): string {
  return openId.length < 8 ? '****' : `****${openId.slice(-4)}`;
}
