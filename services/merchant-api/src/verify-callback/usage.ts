/** What `help` prints. */
export const usage = `Proves the whole way of a merchant's callbacks: our signature, WeChat Pay's, the public address, the queue, the ledger.

  npm run verify-callback -- --merchant MCHID [--app APPID] [--timeout SECONDS] [--yes]

A service provider (服务商) asks WeChat Pay for a test callback (/v3/security/echo), which costs nothing. A direct merchant
buys something for 1 fen and gives it back: you scan a code with WeChat and pay, then the payment's and the refund's
callbacks must come. Nothing is delivered for it and the shop is not told. It asks for --yes before that; whatever an
earlier check left behind is closed or refunded first, in any case.

  --merchant  the mchid, as the merchants file has it
  --app       of a direct merchant: the app that is paid in, default the first of its appids
  --timeout   seconds that a callback may take once WeChat Pay has something to tell, default 60
  --yes       go on and buy

It reads MONGODB_URI, MERCHANTS_FILE, CALLBACK_BASE_URL and WECHAT_PAY_API_URL, as merchant-api does, and wants the ingress
and the order-worker to be running.

Exit code: 0 proven, 1 not proven, 2 wrong usage or no --yes.
`;
