import type { Express } from 'express';
import { toOpenApiDocument } from './to-openapi-document.ts';
import { toPage } from './to-page.ts';

/** `GET /openapi.json` and `GET /docs`, for whoever asks: they say nothing that is not in the source. */
export function serveDocuments(app: Express): void {
  const document = toOpenApiDocument();
  const json = JSON.stringify(document);
  const page = toPage(document);
  app.get('/openapi.json', (_req, res) => {
    res.type('application/json').send(json);
  });
  app.get('/docs', (_req, res) => {
    res.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    res.type('text/html').send(page);
  });
}
