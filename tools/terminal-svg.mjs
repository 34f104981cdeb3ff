// Screens of a terminal as one SVG that shows them in turn. No script, no font of its own: it may be shown as an image.

const COLUMNS = 104;
const FONT_PX = 13;
const ROW_PX = 18;
const PADDING_PX = 16;
/** Of the fonts that the style names, the widest. */
const COLUMN_PX = FONT_PX * 0.62;
/** How long a command stands alone, how long a screen stays, and how much longer for each line of output. */
const COMMAND_S = 1.2;
const SCREEN_S = 3;
const LINE_S = 0.4;

/** What changes colour or weight in a terminal, as a part of regular expressions. */
export const STYLE = '\u001b\\[[\\d;]*m';
const CLASSES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan', 90: 'dim' };
const ENDS = [0, 22, 39];

/**
 * @param screens `{ commands, output }` each, the output with colours as a terminal gets them
 * @param still the index of the screen that is shown where motion is not wanted
 */
export function terminalSvg(title, screens, still) {
  const drawn = screens.map(({ commands, output }) => ({
    command: rows(commands.map((command) => `\x1b[32m$\x1b[39m \x1b[1m${command}\x1b[22m`)),
    output: rows(output),
  }));
  const timed = timesOf(drawn);
  const height = Math.max(...drawn.map(({ command, output }) => command.length + output.length));
  const size = [COLUMNS * COLUMN_PX, height * ROW_PX].map((pixels) => Math.ceil(pixels + 2 * PADDING_PX));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(' ')}" width="${size[0]}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${SHEET}${timed.map(animation).join('')}${stillStyle(still)}</style>`,
    `<rect width="100%" height="100%" rx="8"/>`,
    ...drawn.flatMap(({ command, output }, at) => [
      group(`c${at}`, command, 0),
      group(`o${at}`, output, command.length),
    ]),
    '</svg>\n',
  ].join('\n');
}

const SHEET = `
rect{fill:#f6f8fa;stroke:#d0d7de}
text{font:${FONT_PX}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;fill:#1f2328}
.bold{font-weight:bold}.dim{fill:#59636e}.red{fill:#c0182a}.green{fill:#116329}.yellow{fill:#7d4e00}.cyan{fill:#0a5c85}
@media (prefers-color-scheme:dark){rect{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}
.dim{fill:#9198a1}.red{fill:#ff8182}.green{fill:#56d364}.yellow{fill:#e3b341}.cyan{fill:#79c0ff}}
g{visibility:hidden}
`;

/** The parts of the whole, in per cent, in which command and output of a screen are seen. */
function timesOf(drawn) {
  const ends = [];
  for (const { output } of drawn)
    ends.push((ends.at(-1) ?? 0) + COMMAND_S + SCREEN_S + LINE_S * output.length);
  const total = ends.at(-1);
  return ends.map((end, at) => {
    const begin = ends[at - 1] ?? 0;
    return {
      total,
      begin: share(begin, total),
      output: share(begin + COMMAND_S, total),
      end: share(end, total),
    };
  });
}

const share = (seconds, total) => Number(((100 * seconds) / total).toFixed(2));

function animation({ total, begin, output, end }, at) {
  const frames = (name, from) =>
    `@keyframes ${name}{0%{visibility:${from === 0 ? 'visible' : 'hidden'}}${from}%{visibility:visible}${end}%{visibility:${end === 100 ? 'visible' : 'hidden'}}}` +
    `#${name}{animation:${name} ${total.toFixed(1)}s step-end infinite}\n`;
  return frames(`c${at}`, begin) + frames(`o${at}`, output);
}

const stillStyle = (at) =>
  `@media (prefers-reduced-motion:reduce){g{animation:none!important}#c${at},#o${at}{visibility:visible}}\n`;

function group(id, lines, first) {
  const texts = lines.map((line, at) => {
    const y = PADDING_PX + (first + at) * ROW_PX + FONT_PX;
    return line.length === 0 ? '' : `<text x="${PADDING_PX}" y="${y}">${line.map(span).join('')}</text>`;
  });
  return [`<g id="${id}">`, ...texts.filter(Boolean), '</g>'].join('\n');
}

const span = ({ text, classes }) =>
  classes.length === 0 ? escaped(text) : `<tspan class="${classes.join(' ')}">${escaped(text)}</tspan>`;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Lines as they stand on the screen, wrapped between words, each a list of `{ text, classes }`. */
const rows = (lines) => lines.flatMap((line) => wrapped(spansOf(line)));

function spansOf(line) {
  let classes = [];
  return line.split(new RegExp(`(${STYLE})`)).flatMap((part, at) => {
    if (at % 2 === 0) return part === '' ? [] : [{ text: part, classes }];
    classes = part.slice(2, -1).replace('38;5;3', '33').split(';').reduce(styled, classes);
    return [];
  });
}

function styled(classes, code) {
  if (ENDS.includes(Number(code))) return [];
  return CLASSES[code] ? [...classes, CLASSES[code]] : classes;
}

/** What does not fit goes on below, indented as far as the line was, and a bit more. */
function wrapped(spans) {
  const indent = /^ */.exec(spans.map(({ text }) => text).join(''))[0].length + 2;
  const lines = [[]];
  let column = 0;
  for (const { text, classes } of spans) {
    for (const word of text.match(/ *[^ ]+| +$/g) ?? []) {
      if (column + word.length > COLUMNS && column > indent) {
        lines.push([{ text: ' '.repeat(indent), classes: [] }]);
        column = indent;
      }
      const shown = column === indent && lines.length > 1 ? word.trimStart() : word;
      append(lines.at(-1), shown, classes);
      column += shown.length;
    }
  }
  return lines;
}

function append(line, text, classes) {
  const last = line.at(-1);
  if (last && last.classes.join() === classes.join()) last.text += text;
  else line.push({ text, classes });
}
