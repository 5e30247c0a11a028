import { type OpenApiDocument, toOpenApiDocument } from './to-openapi-document.ts';

let written: OpenApiDocument | undefined;

/** The document of this version. Written for the first who asks: it takes longer than all else that a start does. */
export function servedDocument(): OpenApiDocument {
  written ??= toOpenApiDocument();
  return written;
}
