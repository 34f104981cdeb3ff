/** How the report looks: on a screen, and on paper, where rows are not cut and each page has the heads of its columns. */
export const COMPLIANCE_STYLE = `
  :root { color-scheme: light; }
  body { font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; margin: 2rem auto; max-width: 100rem; padding: 0 1.5rem; }
  h1 { font-size: 1.6rem; margin: 0 0 .2rem; }
  h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid #1a1a1a; padding-bottom: .2rem; }
  p { margin: .3rem 0 .8rem; max-width: 60rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .6rem 0; }
  dt { color: #555; }
  dd { margin: 0; overflow-wrap: anywhere; }
  table { border-collapse: collapse; width: 100%; font-size: 12px; }
  th { text-align: left; border-bottom: 1px solid #1a1a1a; padding: .25rem .5rem .25rem 0; vertical-align: bottom; }
  td { border-bottom: 1px solid #ccc; padding: .3rem .5rem .3rem 0; vertical-align: top; overflow-wrap: anywhere; }
  td small { color: #555; display: block; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 11px/1.35 ui-monospace, monospace; margin: .3rem 0 0; }
  .ok { border-left: 4px solid #1a7f37; padding-left: .8rem; }
  .bad { border-left: 4px solid #b42318; padding-left: .8rem; }
  .exception { color: #b42318; font-weight: 600; }
  @page { size: A4 landscape; margin: 12mm; }
  @media print {
    body { margin: 0; padding: 0; max-width: none; font-size: 10px; }
    table { font-size: 8.5px; }
    thead { display: table-header-group; }
    tr, dl { break-inside: avoid; }
    h2 { break-after: avoid; }
  }
`;
