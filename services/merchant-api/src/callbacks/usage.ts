/** What `help` prints. */
export const usage = `The addresses that WeChat sends callbacks to. deploy/docs/configuration.md tells of the variables that are read.

  npm run callbacks -- urls  [--merchant MCHID] [--json]
  npm run callbacks -- check [--merchant MCHID] [--only NAMES] [--json]
  npm run callbacks -- sync  [--merchant MCHID] [--only NAMES] [--dry-run] [--json]

  urls   prints the addresses of each merchant and app, ready to paste, and where each is set
  check  compares what is registered by API at WeChat Pay with what should be, and changes nothing
  sync   registers what is missing and replaces what is another address; it says which one that was

  --merchant  only this merchant, and the apps that it lists
  --only      of complaint (消费者投诉), cash-coupon (代金券), merchant-coupon (商家券), violation (商户违规,
              service providers only), with commas between; default all
  --dry-run   says what would be changed, and changes nothing
  --json      one JSON document on standard output, for scripts

Exit code: 0 all is as it should be, 1 something is not or failed, 2 wrong usage.
`;
