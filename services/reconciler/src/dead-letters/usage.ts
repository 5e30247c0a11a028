/** What `help` prints. */
export const usage = `Dead letters: jobs that will not be tried again by themselves. deploy/docs/dead-letters.md tells more.

  npm run dead-letters -- list    [filters] [--limit N] [--json]
  npm run dead-letters -- show    ID [--json]
  npm run dead-letters -- groups  [filters] [--json]
  npm run dead-letters -- replay  ID… | filters  [--dry-run] [--rate N] [--wait SECONDS] [--limit N] [--by NAME] [--json]
  npm run dead-letters -- discard ID… | filters  --reason TEXT [--dry-run] [--limit N] [--by NAME] [--json]

filters, all of which must fit:
  --state open | replayed | resolved | discarded | all    default open
  --queue NAME  --job NAME  --code ERROR_CODE  --group GROUP (or --fingerprint)
  --merchant MCHID  --order OUT_TRADE_NO
  --since TIME  --until TIME    when it died: 90m, 2h, 3d (ago), or 2026-11-22T18:00:00+08:00

  --dry-run  says how many and how many yuan, and changes nothing
  --rate     replays a second at most, default 50
  --wait     seconds for the first one to be settled before the rest, and for all of them in the end, default 30
  --limit    the most to take, the latest first; default 50 to list, 1000 to replay or discard
  --by       who does it, for the history; default the login name
  --json     one JSON document on standard output, for scripts

Exit code: 0 done, 1 something failed or was stopped, 2 wrong usage.
`;
