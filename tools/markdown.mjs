// The documentation of a repository: its Markdown files, what they link to, and the list of pages. All paths are
// relative to the root of the repository, in which the scripts run.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

const ROOTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'SKILL.md', 'llms.txt'];
/** The page whose tables list all others. */
export const CONTENTS = 'docs/README.md';

const markdown = new MarkdownIt({ html: true });

/** Files of the documentation: without the API reports, which are signatures in a fence. */
export function documents() {
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join('docs', file))
    .filter((file) => file.endsWith('.md') && !file.endsWith('.api.md'));
  const libraries = readdirSync('libs').map((name) => `libs/${name}/README.md`);
  return [...ROOTS, ...docs.sort(), ...libraries].filter((file) => existsSync(file));
}

/** `{ href, line }` of each link and image of a file. */
export function linksOf(file) {
  return tokensOf(file).flatMap(({ inline, line }) =>
    [inline, ...(inline.children ?? [])]
      .flatMap((token) => [...hrefsOf(token)])
      .map((href) => ({ href: decodeURI(href), line })),
  );
}

function hrefsOf(token) {
  if (token.type === 'link_open') return [token.attrGet('href')];
  if (token.type === 'image') return [token.attrGet('src')];
  if (!/^html_/.test(token.type)) return [];
  return [...token.content.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)].map(([, href]) => href);
}

/** What `#…` may name in a file: its headings, as GitHub slugs them, and the ids of its HTML. */
export function anchorsOf(file) {
  const slugger = new GithubSlugger();
  const headings = headingsOf(file).map(({ text }) => slugger.slug(text));
  const ids = readFileSync(file, 'utf8').matchAll(/<a (?:id|name)="([^"]+)"/g);
  return new Set([...headings, ...[...ids].map(([, id]) => id)]);
}

/** The first heading of a file. */
export const titleOf = (file) => headingsOf(file)[0]?.text ?? file;

function headingsOf(file) {
  const tokens = parse(file);
  return tokens.flatMap(({ type }, at) =>
    type === 'heading_open' ? [{ text: textOf(tokens[at + 1].children) }] : [],
  );
}

const textOf = (tokens) =>
  tokens
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');

/**
 * What a link in `from` is about: `{ file, fragment }`, or nothing if it leads out of the repository.
 * A link to the repository's own address is one to its files.
 */
export function targetOf(from, href) {
  const own = repository() === undefined ? undefined : new RegExp(`^${repository()}/(?:blob|tree)/[^/]+/`);
  const local = own?.test(href) ? `/${href.replace(own, '')}` : href;
  if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(local)) return undefined;
  const [path, fragment] = local.split('#');
  const file = path === '' ? from : posix.join(path.startsWith('/') ? '.' : posix.dirname(from), path);
  return { file: file.replace(/\/$/, ''), fragment };
}

/** The address of the repository as the root's package.json has it, if it has one. */
export function repository() {
  const { repository: field } = JSON.parse(readFileSync('package.json', 'utf8'));
  return (field?.url ?? field)?.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** The page that shows what a link to `file` means: a folder is shown by its README. */
export function pageOf(file) {
  const page = existsSync(file) && statSync(file).isDirectory() ? posix.join(file, 'README.md') : file;
  return documents().includes(page) ? page : undefined;
}

/**
 * The tables of the contents page, each a group of the navigation: `{ title, pages: [{ title, file, note, pages }] }`.
 * The pages of a folder `docs/NAME` are those that `docs/NAME.md` links to.
 */
export function contents() {
  return tablesOf(CONTENTS).map(({ title, rows }) => ({
    title: title.charAt(0).toUpperCase() + title.slice(1),
    pages: rows.map(({ text, href, note }) => {
      const { file } = targetOf(CONTENTS, href);
      return { title: text, file, note, pages: pagesBelow(file) };
    }),
  }));
}

function pagesBelow(file) {
  if (!existsSync(file.replace(/\.md$/, '')) || !file.endsWith('.md')) return [];
  const folder = `${file.replace(/\.md$/, '')}/`;
  const linked = linksOf(file).flatMap(({ href }) => targetOf(file, href)?.file ?? []);
  return [...new Set(linked)]
    .filter((page) => page.startsWith(folder) && existsSync(page))
    .map((page) => ({ title: titleOf(page), file: page, pages: [] }));
}

/** `{ title, rows: [{ text, href, note }] }` of each table: the text of its first cell, and its rows that begin with a link. */
function tablesOf(file) {
  return groupedBy(parse(file), 'table').map((table) => {
    const [head, ...rows] = groupedBy(table, 'tr').map((row) =>
      row.filter(({ type }) => type === 'inline').map(({ children }) => children),
    );
    return { title: textOf(head[0]), rows: rows.flatMap(linkedRow) };
  });
}

function linkedRow([first, second = []]) {
  const link = first.find(({ type }) => type === 'link_open');
  return link ? [{ text: textOf(first), href: link.attrGet('href'), note: textOf(second) }] : [];
}

/** What is between `NAME_open` and `NAME_close`, once for each. */
function groupedBy(tokens, name) {
  const ends = tokens.flatMap(({ type }, at) => (type === `${name}_close` ? [at] : []));
  return ends.map((end) =>
    tokens.slice(
      tokens.findLastIndex(({ type }, at) => at < end && type === `${name}_open`),
      end,
    ),
  );
}

/** Tokens that hold text, with their line; that of a table's cell is its row's. */
function tokensOf(file) {
  let line = 0;
  return parse(file).flatMap((token) => {
    line = token.map ? token.map[0] + 1 : line;
    return token.type === 'inline' || token.type === 'html_block' ? [{ inline: token, line }] : [];
  });
}

const parsed = new Map();
function parse(file) {
  if (!parsed.has(file)) parsed.set(file, markdown.parse(readFileSync(file, 'utf8'), {}));
  return parsed.get(file);
}
