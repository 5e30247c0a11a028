import { type Endpoint, merchantApi } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHtml, toProse } from './to-html.ts';
import { toOpenApiDocument } from './to-openapi-document.ts';
import { toPage } from './to-page.ts';
import { type Components, resolve } from './to-schema.ts';

const endpoints = Object.entries(merchantApi) as [string, Endpoint][];

describe('the page of the documentation', () => {
  const document = toOpenApiDocument();
  const page = toPage(document);
  const sectionOf = (id: string) => {
    const start = page.indexOf(`<section id="${id}">`);
    expect(start, id).to.be.greaterThan(-1);
    return page.slice(start, page.indexOf('</section>', start));
  };

  it('shows every operation, with an example of it and the codes of its problems', () => {
    for (const [name, endpoint] of endpoints) {
      const section = sectionOf(name);
      const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()];
      const sample = operation?.['x-codeSamples'][0]?.source ?? '?';
      for (const text of [endpoint.path, endpoint.summary, sample, ...endpoint.problems])
        expect(section, name).to.contain(toHtml(text));
      expect(page).to.contain(`<a href="#${name}">`);
    }
  });

  it('shows of every field what it is, whether it must be there, how long it may be, and what it means', () => {
    const section = sectionOf('createOrder');
    expect(section).to.match(/<code>description<\/code> <span>string, 1 to 127 characters.*<b>required<\/b>/);
    expect(section).to.match(/<code>amount\.total<\/code> <span>integer, at least 1, <b>required<\/b>/);
    expect(section).to.match(/<code>logistics_type<\/code> <span><code>1<\/code> \| <code>2<\/code>/);
    expect(section).to.match(/<code>prepay<\/code> <span>boolean, default <code>true<\/code><\/span>/);
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      const shown = sectionOf(`schema-${name}`);
      for (const [field, schema] of Object.entries(properties as Components)) {
        const { description } = resolve(schema, document.components.schemas);
        expect(shown, name).to.contain(`<code>${field}</code>`);
        expect(shown, `${name}.${field}`).to.contain(toProse(String(description)));
      }
    }
  });

  it('leads to nothing that is not on it', () => {
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).to.contain(`id="${id}"`);
  });

  it('loads nothing, and is as wide as a telephone', () => {
    expect(page).to.not.match(/<script|<link|<img|@import|url\(|src=/);
    expect(page).to.contain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });

  it('shows text as text', () => {
    expect(toProse('a <b>\n\n- `x < "y"`\n- & z')).to.equal(
      '<p>a &lt;b&gt;</p><ul><li><code>x &lt; &quot;y&quot;</code></li><li>&amp; z</li></ul>',
    );
  });
});
