import type { Express } from 'express';
import { servedDocument } from './served-document.ts';
import { toPage } from './to-page.ts';

interface Documents {
  readonly json: string;
  readonly page: string;
}

/** `GET /openapi.json` and `GET /docs`, for whoever asks: they say nothing that is not in the source. */
export function serveDocuments(app: Express): void {
  let written: Documents | undefined;
  const write = (): Documents => {
    const document = servedDocument();
    return { json: JSON.stringify(document), page: toPage(document) };
  };
  app.get('/openapi.json', (_req, res) => {
    written ??= write();
    res.type('application/json').send(written.json);
  });
  app.get('/docs', (_req, res) => {
    written ??= write();
    res.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    res.type('text/html').send(written.page);
  });
}
