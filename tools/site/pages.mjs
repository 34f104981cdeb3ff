// Where a file of the repository is on the site: at its own path, a README as the index of its folder.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { contents, documents, pageOf, repository, targetOf, titleOf } from '../markdown.mjs';

/** Folder of the API reference, which is made and has no file in the repository. */
export const API = 'api';

/** Files of the repository that are pages. */
export const pagesOfSite = () => documents().filter((file) => file.endsWith('.md'));

export const pagePath = (file) => file.replace(/README\.md$/, 'index.md');
const fileOf = (path) => path.replace(/index\.md$/, 'README.md');
const linkTo = (file) => `/${pagePath(file)}`;

/** The groups of the sidebar: the tables of the contents page, the packages, and what each entry of these exports. */
export function sidebar() {
  const packages = documents().filter((file) => file.startsWith('libs/'));
  return [
    ...contents().map(({ title, pages }) => ({ text: title, items: pages.map(item) })),
    { text: 'Packages', items: packages.map((file) => ({ text: titleOf(file), link: linkTo(file) })) },
    { text: 'API reference', items: packages.flatMap(entriesOf) },
  ];
}

/** As they are imported: `@nestjs-flamingock/core/adapter`. */
function entriesOf(readme) {
  const { name, exports } = JSON.parse(readFileSync(readme.replace(/README\.md$/, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, { types }]) => types)
    .map(([entry]) => ({
      text: posix.join(name, entry),
      link: `/${API}/${posix.join(name, entry).split('/').slice(1).join('/')}`,
    }));
}

function item({ title, file, pages }) {
  const below = pages.length === 0 ? {} : { collapsed: true, items: pages.map(item) };
  return { text: title, link: linkTo(file), ...below };
}

/**
 * Extends a Markdown parser: links between files of the repository lead to their pages. What has no page is linked
 * where the repository is published, and is plain text until it has an address.
 */
export function siteLinks(markdown) {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    if (env.relativePath.startsWith(`${API}/`)) return;
    const from = fileOf(env.relativePath);
    for (const { children } of tokens)
      for (const [at, token] of (children ?? []).entries()) {
        if (token.type === 'link_open') relink(token, closing(children, at), from);
      }
  });
}

function relink(open, close, from) {
  const target = targetOf(from, decodeURI(open.attrGet('href')));
  if (target === undefined) return;
  const page = pageOf(target.file);
  const fragment = target.fragment === undefined ? '' : `#${target.fragment}`;
  if (page !== undefined) open.attrSet('href', linkTo(page) + fragment);
  else if (repository() !== undefined) open.attrSet('href', `${repository()}/blob/HEAD/${target.file}`);
  else asText(open, close);
}

function asText(open, close) {
  Object.assign(open, { type: 'span_open', tag: 'span', attrs: null });
  Object.assign(close, { type: 'span_close', tag: 'span' });
}

/** Links are never nested. */
const closing = (tokens, at) => tokens.slice(at).find(({ type }) => type === 'link_close');
