import type { Check } from './check.ts';

/** What `help` prints. */
export function toUsage(checks: readonly Check[]): string {
  const list = checks.map(({ name, title, asksOthers, settings }) => {
    const about = settings.length === 0 ? title : `${title}: ${settings.join(', ')}`;
    return `  ${asksOthers ? ' ' : '*'} ${name.padEnd(22)}${about}\n`;
  });
  return `Looks whether an installation is set up right, and changes nothing; to try MongoDB it writes the row "doctor" into turns. Each
finding says what is wrong, where, and what to do; deploy/docs/set-up.md leads through the settings in the same order.

  npm run doctor [-- --merchant MCHID] [--app APPID] [--server-domain URL] [--api-key-file FILE] [--offline] [--json]

  --merchant       only this merchant, and the apps that it lists
  --app            only this app, and the merchants that list it
  --server-domain  where mini-programs reach merchant-api (服务器域名), such as https://api.example.com
  --api-key-file   a file with an API key, to look whether it is valid
  --offline        opens no connection: only the checks with a star
  --json           one JSON document on standard output, for scripts

It reads the environment of merchant-api: run it where that runs, with the same variables.

${list.join('')}
Exit code: 0 all is as it should be, 1 there are warnings, 2 there are problems, or wrong usage.
`;
}
