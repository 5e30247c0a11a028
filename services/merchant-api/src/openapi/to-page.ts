import type { OpenApiDocument, Operation } from './to-openapi-document.ts';

type Json = Readonly<Record<string, unknown>>;

/** The document as one page that needs nothing but itself: no script, no other address. */
export function toPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const areas = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(String(name)));
    return `<h2 id="${toHtml(String(name))}">${toHtml(String(name))}</h2>${own.map(toSection).join('')}`;
  });
  const index = operations
    .map(
      ({ path, method, operation }) =>
        `<li><a href="#${operation.operationId}"><b>${method.toUpperCase()}</b> <code>${toHtml(path)}</code></a></li>`,
    )
    .join('');
  const schemas = Object.entries(document.components.schemas)
    .map(([id, schema]) => `<h3 id="schema-${toHtml(id)}">${toHtml(id)}</h3>${toShape(schema)}`)
    .join('');
  const { title, description } = document.info;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${toHtml(String(title))}</title><style>${style}</style></head><body>
<h1>${toHtml(String(title))}</h1><p>${toHtml(String(description))} The same as data: <a href="/openapi.json">openapi.json</a>.</p>
<ul class="index">${index}</ul>${areas.join('')}<h2>Schemas</h2>${schemas}</body></html>\n`;
}

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function toSection({ path, method, operation }: Listed): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const body = requestBody === undefined ? '' : `<h4>Body</h4>${toShape(schemaOf(requestBody))}`;
  const rows = parameters.map(
    (parameter) =>
      `<tr><td><code>${toHtml(String(parameter.name))}</code></td><td>${String(parameter.in)}</td><td>${toType(parameter.schema as Json)}</td><td>${parameter.required === true ? 'required' : ''}</td></tr>`,
  );
  const table = rows.length === 0 ? '' : `<h4>Parameters</h4><table>${rows.join('')}</table>`;
  return `<section id="${operationId}"><h3><b>${method.toUpperCase()}</b> <code>${toHtml(path)}</code> <small>${operationId}</small></h3>
<p>${toHtml(summary)}</p><p class="auth">Called with: ${toCallers(operation)}</p>${table}${body}<h4>Answers</h4>${Object.entries(responses).map(toAnswer).join('')}</section>`;
}

function toCallers({ security }: Operation): string {
  const names: Readonly<Record<string, string>> = { api_key: 'an API key', session: "a session's token" };
  return security.map((one) => names[Object.keys(one)[0] ?? ''] ?? 'nothing').join(' or ');
}

function toAnswer([status, answer]: [string, Json]): string {
  const isProblem = 'content' in answer && 'application/problem+json' in (answer.content as Json);
  const shape = isProblem || !('content' in answer) ? '' : toShape(schemaOf(answer));
  return `<details${isProblem ? '' : ' open'}><summary><b>${status}</b> ${toHtml(String(answer.description))}</summary>${shape}</details>`;
}

function schemaOf(part: Json): Json {
  const [content] = Object.values(part.content as Readonly<Record<string, { schema: Json }>>);
  return content?.schema ?? {};
}

/** An object's fields as a table; anything else as its type. */
function toShape(schema: Json): string {
  const { properties, required = [] } = schema as { properties?: Record<string, Json>; required?: string[] };
  if (properties === undefined) return `<p>${toType(schema)}</p>`;
  const rows = Object.entries(properties).map(([name, field]) => {
    const inner = [field, field.items].filter(isObject).map(toShape).join('');
    const description = toHtml(String(field.description ?? ''));
    return `<tr><td><code>${toHtml(name)}</code></td><td>${toType(field)}${inner}</td><td>${required.includes(name) ? 'required' : ''}</td><td>${description}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function isObject(schema: unknown): schema is Json {
  return typeof schema === 'object' && schema !== null && 'properties' in schema;
}

/** What a value may be, in words. */
function toType(schema: Json): string {
  if (typeof schema.$ref === 'string') {
    const id = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${toHtml(id)}">${toHtml(id)}</a>`;
  }
  if ('const' in schema) return `<code>${toHtml(JSON.stringify(schema.const))}</code>`;
  if (Array.isArray(schema.enum))
    return schema.enum.map((one) => `<code>${toHtml(JSON.stringify(one))}</code>`).join(' | ');
  const parts = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined;
  if (parts !== undefined)
    return parts.map((part) => (isObject(part) ? toShape(part) : toType(part))).join(' | ');
  if (schema.type === 'array') return `list of ${toType((schema.items ?? {}) as Json)}`;
  const bounds = [
    toBounds(schema),
    schema.format,
    schema.pattern && `<code>${toHtml(String(schema.pattern))}</code>`,
  ];
  const text = [schema.type ?? 'anything', ...bounds.filter(Boolean)].join(', ');
  return 'default' in schema
    ? `${text}, default <code>${toHtml(JSON.stringify(schema.default))}</code>`
    : text;
}

function toBounds(schema: Json): string {
  const { minLength, maxLength, minimum, maximum } = schema as Record<string, number | undefined>;
  if (maxLength !== undefined) return `${minLength ?? 0} to ${maxLength} characters`;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (isBounded) return `${minimum ?? 0} to ${maximum}`;
  return minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `at least ${minimum}` : '';
}

function toHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
code{font:13px ui-monospace,monospace}h2{margin-top:3rem;border-bottom:2px solid #07c160}h3 small{color:#777;font-weight:normal}
table{border-collapse:collapse;margin:.3rem 0}td{border:1px solid #ddd;padding:.2rem .6rem;vertical-align:top}
.auth,details>summary{color:#555}.index{columns:2;list-style:none;padding:0}section{border-left:3px solid #eee;padding-left:1rem}
@media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}td{border-color:#444}section{border-color:#333}a{color:#6cf}}`;
