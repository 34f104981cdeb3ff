// What a built site promises: its links lead to pages and anchors that are there, and it loads nothing from elsewhere.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One line for each fault of the site in `dist`, which will be served below `base`. */
export function faultsOf(dist, base) {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.html'));
  const styles = files.filter((file) => file.endsWith('.css'));
  const anchors = new Map(pages.map((page) => [page, idsOf(read(dist, page))]));
  return [
    ...pages.flatMap((page) => deadLinks(page, read(dist, page), { dist, base, anchors })),
    ...pages.flatMap((page) => loads(page, read(dist, page), FOREIGN_TAG)),
    ...styles.flatMap((style) => loads(style, read(dist, style), FOREIGN_STYLE)),
  ];
}

const FOREIGN_TAG = /<(?:script|img|iframe|source|link)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^"]*"/g;
const FOREIGN_STYLE = /(?:url\(|@import\s+)["']?(?:https?:)?\/\/[^)"']*/g;

const read = (dist, file) => readFileSync(join(dist, file), 'utf8');
const idsOf = (html) => new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => decode(id)));
const decode = (text) => decodeURIComponent(text.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));

function loads(file, text, foreign) {
  return [...text.matchAll(foreign)].map(([found]) => `${file}: loads from elsewhere: ${found}`);
}

function deadLinks(page, html, { dist, base, anchors }) {
  const links = new Set([...html.matchAll(/<a\b[^>]*?\bhref="([^"]*)"/g)].map(([, href]) => decode(href)));
  return [...links].flatMap((href) => {
    const fault = /^[a-z]+:/.test(href) ? undefined : faultOf(href);
    return fault ? [`${page}: ${href}: ${fault}`] : [];
  });

  function faultOf(href) {
    const [path, fragment] = href.split('#');
    const file = path === '' ? page : fileOf(path);
    if (!existsSync(join(dist, file))) return 'there is no such page';
    return fragment && anchors.has(file) && !anchors.get(file).has(fragment)
      ? 'there is no such anchor'
      : undefined;
  }

  function fileOf(path) {
    const local = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
    if (local === '' || local.endsWith('/')) return `${local}index.html`;
    return posix.extname(local) === '' ? `${local}.html` : local;
  }
}
