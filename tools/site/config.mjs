// What VitePress makes of the pages that build.mjs has put together. Nothing on the site is fetched from elsewhere.
import { slug } from 'github-slugger';
import { repository } from '../markdown.mjs';
import { sidebar, siteLinks } from './pages.mjs';

const address = repository();

export default {
  title: 'nestjs-flamingock',
  description: 'Change-as-code for NestJS',
  outDir: '../dist',
  // check.mjs checks them in what is built, with their anchors.
  ignoreDeadLinks: true,
  // One page has all exports of core.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  markdown: {
    anchor: { slugify: slug },
    config: siteLinks,
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Documentation', link: '/docs/' },
      { text: 'API', link: '/api/' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
    sidebar: sidebar(),
    ...(address && { socialLinks: [{ icon: 'github', link: address }] }),
  },
};
