import { commonProblems, type ProblemCode, problemStatuses } from '@huidiao/contracts';
import { errorCatalogue } from '@huidiao/errors';
import { pageStyle } from './page-style.ts';
import { type Field, listFields, toFields, toType } from './to-fields.ts';
import { toBlock, toHtml, toProse } from './to-html.ts';
import type { OpenApiDocument, Operation, Tag } from './to-openapi-document.ts';
import { type Components, type Json, resolve } from './to-schema.ts';

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** The document as one page that needs nothing but itself: no script, no other address. */
export function toPage(document: OpenApiDocument): string {
  const { schemas } = document.components;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const areas = document.tags.map((tag) => ({
    tag,
    own: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const title = toHtml(String(document.info.title));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${pageStyle}</style></head><body>
<h1>${title}</h1>${toProse(String(document.info.description))}
<p>The same as data: <a href="/openapi.json">openapi.json</a> (OpenAPI ${toHtml(document.openapi)}).</p>
<nav>${areas.map(({ tag, own }) => toIndex(tag, own)).join('\n')}</nav>
${toTrying()}
${toCommonProblems()}
${areas.map(({ tag, own }) => toArea(tag, own, schemas)).join('\n')}
<h2 id="schemas">Schemas</h2>${Object.entries(schemas)
    .map(([name, schema]) => toComponent(name, schema, schemas))
    .join('\n')}
</body></html>
`;
}

function toIndex({ name }: Tag, own: readonly Listed[]): string {
  const entries = own.map(
    ({ path, method, operation: { operationId, summary } }) =>
      `<li><a href="#${operationId}"><b>${method}</b> <code>${toHtml(path)}</code></a> ${toHtml(summary)}</li>`,
  );
  return `<h4>${toHtml(name)}</h4><ul>${entries.join('')}</ul>`;
}

function toTrying(): string {
  const settings = 'MERCHANT_API=http://127.0.0.1:3001\nAPI_KEY=hdk_…\nSESSION_TOKEN=hds_…';
  return `<h2 id="trying">Trying it</h2><p>Each example below is a command of a shell in which these are set; <code>npm run create-api-key</code> makes the key, <a href="#createSession">createSession</a> the token.</p>${toBlock(settings)}`;
}

/** Said once: every operation may end with them. */
function toCommonProblems(): string {
  return `<h2 id="problems">Problems of every operation</h2>${toCodes(commonProblems)}`;
}

function toCodes(codes: readonly ProblemCode[]): string {
  const list = codes.map((code) => {
    const { meaning, whatToDo } = errorCatalogue[code];
    return `- ${problemStatuses[code]} \`${code}\`: ${meaning} ${whatToDo}`;
  });
  return list.length === 0 ? '' : toProse(list.join('\n'));
}

function toArea({ name, description }: Tag, own: readonly Listed[], schemas: Components): string {
  return `<h2>${toHtml(name)}</h2>${toProse(description)}${own.map((one) => toSection(one, schemas)).join('\n')}`;
}

function toSection({ path, method, operation }: Listed, schemas: Components): string {
  const { operationId, summary, description, responses } = operation;
  const [sample] = operation['x-codeSamples'];
  return `<section id="${operationId}"><h3>${toHtml(summary)} <small>${operationId}</small></h3>
<p><b>${method}</b> <code>${toHtml(path)}</code></p>${toProse(description)}<p class="auth">Called with ${toCallers(operation)}.</p>
${toParameters(operation, schemas)}${toBody(operation, schemas)}
<h4>Example</h4>${toBlock(sample?.source ?? '')}
<h4>Answers</h4>${toGoodAnswers(responses, schemas)}
<h4>Problems</h4>${toProblems(responses)}</section>`;
}

function toCallers({ security }: Operation): string {
  const names: Readonly<Record<string, string>> = { api_key: 'an API key', session: "a session's token" };
  return security.map((one) => names[Object.keys(one)[0] ?? ''] ?? 'nothing').join(' or ');
}

function toParameters({ parameters = [] }: Operation, schemas: Components): string {
  const fields = parameters.map(({ name, in: place, required, description, schema, example }): Field => {
    const examples = example === undefined ? {} : { examples: [example] };
    const described = { ...(schema as Json), description, ...examples };
    return { name: String(name), place: String(place), schema: described, isRequired: required === true };
  });
  return fields.length === 0 ? '' : `<h4>Parameters</h4>${toFields(fields, schemas)}`;
}

/** With the fields of all that is in it: what is to be written stands in one place. */
function toBody({ requestBody }: Operation, schemas: Components): string {
  if (requestBody === undefined) return '';
  const { schema } = contentOf(requestBody);
  const choices = (resolve(schema, schemas).oneOf ?? [schema]) as readonly Json[];
  const tables = choices.map((choice) => {
    const meaning = choice === schema ? '' : toProse(String(resolve(choice, schemas).description ?? ''));
    return `${meaning}${toFields(listFields(choice, schemas, true), schemas)}`;
  });
  const description = toProse(String(requestBody.description));
  return `<h4>Body: ${toType(schema, schemas)}</h4>${description}${tables.join('<p>or</p>')}`;
}

interface Content {
  readonly schema: Json;
  readonly example: unknown;
}

function contentOf(part: Json): Content {
  const [content] = Object.values(part.content as Readonly<Record<string, Content>>);
  return content ?? { schema: {}, example: undefined };
}

/** The first in full; what another one has in common with it is not shown again. */
function toGoodAnswers(responses: Operation['responses'], schemas: Components): string {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const answers = good.map(([status, answer], index) => {
    const description = toProse(String(answer.description));
    if (!('content' in answer)) return `<p><b>${status}</b></p>${description}`;
    const { schema, example } = contentOf(answer);
    const block = index === 0 ? toBlock(JSON.stringify(example, undefined, 2)) : '';
    return `<p><b>${status}</b> ${toType(schema, schemas)}</p>${description}${block}`;
  });
  return answers.join('');
}

const common: ReadonlySet<string> = new Set(commonProblems);

/** What is particular to the operation; the others stand in one place. */
function toProblems(responses: Operation['responses']): string {
  const codes = Object.values(responses).flatMap((answer) =>
    'content' in answer ? codesOf(contentOf(answer).schema) : [],
  );
  const others = '<p class="auth">And <a href="#problems">those of every operation</a>.</p>';
  return `${toCodes(codes.filter((code) => !common.has(code)))}${others}`;
}

/** The codes of a problem; none of a good answer. */
function codesOf({ allOf }: Json): readonly ProblemCode[] {
  const parts = (allOf ?? []) as readonly { properties?: { code: { enum: ProblemCode[] } } }[];
  return parts.flatMap(({ properties }) => properties?.code.enum ?? []);
}

function toComponent(name: string, schema: Json, schemas: Components): string {
  const fields = listFields(schema, schemas);
  const shape = fields.length === 0 ? `<p>${toType(schema, schemas)}</p>` : toFields(fields, schemas);
  return `<section id="schema-${toHtml(name)}"><h3>${toHtml(name)}</h3>${toProse(String(schema.description ?? ''))}${shape}</section>`;
}
