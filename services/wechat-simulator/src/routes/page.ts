import type { Response } from 'express';

/** Words as they stand between tags and in quoted attributes. */
export function toHtml(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A whole page for a browser. `title` is words; `style` and `body` are CSS and HTML. */
export function toPage({ title, style, body }: { title: string; style: string; body: string }): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${toHtml(title)}</title><style>${style}</style></head><body>
${body}</body></html>\n`;
}

/** It may load nothing, run nothing, and stand in no frame. */
export function sendPage(response: Response, status: number, html: string): void {
  response.set({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.status(status).type('text/html').send(html);
}
