import type { CallbackUrl } from './callback-urls.ts';

/** For each merchant and app: each address on a line of its own, and below it where it is set. */
export function printUrls(urls: readonly CallbackUrl[]): string {
  return urls
    .map(({ owner, title, url, settings }) => {
      const name = 'mchId' in owner ? `merchant ${owner.mchId}` : `app ${owner.appId}`;
      const lines = settings.map(({ place, what }) => `    ${place}: ${what}`);
      return [`${name}, ${title}`, `  ${url}`, ...lines, ''].join('\n');
    })
    .join('\n');
}
