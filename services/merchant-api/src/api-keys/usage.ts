/** What `help` prints. */
export const usage = `The API keys by which merchants' servers call merchant-api.

  npm run api-keys -- list   [--merchant MCHID] [--all] [--json]
  npm run api-keys -- create --merchant MCHID [--label TEXT]
  npm run api-keys -- revoke KEY_ID

  list    shows the valid keys: their ids, merchants and labels, and never a key; --all shows the revoked ones too
  create  prints a new key on standard output, this once; nothing shows it again
  revoke  ends a key for good, from the next request on. KEY_ID is the middle of hdk_KEY_ID_…, as list shows it

  To replace a key: create one, give it to the shop, revoke the old one. One that leaked is revoked first.
  Reads MONGODB_URI; create reads MERCHANTS_FILE too. deploy/docs/configuration.md tells of both.

Exit code: 0 done, 1 something failed, 2 wrong usage, and nothing was done.
`;
