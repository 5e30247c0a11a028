const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it stands in HTML, also in an attribute between double quotes. */
export function toHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** The little Markdown that descriptions have: paragraphs, lists, code. */
export function toProse(markdown: string): string {
  const blocks = markdown.split(/\n\n/).map((block) => {
    const lines = block.split('\n');
    if (!block.startsWith('- ')) return `<p>${toInline(block)}</p>`;
    return `<ul>${lines.map((line) => `<li>${toInline(line.slice(2))}</li>`).join('')}</ul>`;
  });
  return blocks.join('');
}

function toInline(text: string): string {
  return toHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** Code on lines of its own. */
export function toBlock(code: string): string {
  return `<pre><code>${toHtml(code)}</code></pre>`;
}
