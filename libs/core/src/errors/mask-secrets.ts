/** Names whose value is a secret, also as part of a longer name. */
const NAMES =
  'password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credentials?|authorization';

/** In quotes, which may themselves be escaped; else up to what ends a value. */
const VALUE = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.|'')*'|\\"(?:[^"\\]|\\[^"])*\\"|(?:(?:bearer|basic|digest)\s+)?[^\s,;&)}\]]+)`;

/**
 * A change's id, quoted or at the end of a line of a report, and then a sentence about it: two words, neither in quotes.
 * The value of a quoted name would be quoted itself.
 */
const SENTENCE = String.raw`(?<=(?:"[\w.-]{1,100}"|/ [\w.-]{1,100}): )[a-z][a-z']*\s[a-z]`;

/** What precedes a secret, which stays, and the secret. Each part is bounded, so that no text takes long. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN ([A-Z ]{0,30})PRIVATE KEY-----[^-]*(?:-----END \1PRIVATE KEY-----)?/g,
    '-----$1PRIVATE KEY *** -----',
  ],
  // Up to the last @, because a password may hold one, and a slash as well.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,255}:)(?:(?!:\/\/)\S){1,512}@/gi, '$1***@'],
  [/([a-z][a-z0-9+.-]{0,30}%3A%2F%2F[^\s:/@%]{0,255}%3A)(?:(?!%3A%2F%2F)\S){1,512}%40/gi, '$1***%40'],
  // MySQL's own hint, which holds no secret.
  [/\(using password: (YES|NO)\)/g, '(using password $1)'],
  [
    new RegExp(
      String.raw`(["']?[\w-]{0,40}(?:${NAMES})[\w-]{0,40}\\?["']?\s*(?:=>|[:=])\s*)(?!${SENTENCE})${VALUE}`,
      'gi',
    ),
    '$1***',
  ],
  [new RegExp(String.raw`((?<![a-z])pass\\?["']?\s*[:=]\s*)${VALUE}`, 'gi'), '$1***'],
  [new RegExp(String.raw`(--[\w-]{0,40}(?:${NAMES})[\w-]{0,40}\s+)${VALUE}`, 'gi'), '$1***'],
  // CREATE USER … PASSWORD 'x', IDENTIFIED BY 'x', and a password that a message quotes.
  [
    /(\b(?:password|identified\s+(?:with\s+\S{1,64}\s+)?(?:by|as))\s+)(?:'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?)/gi,
    '$1***',
  ],
  [/(\bbearer\s+)[\w.~+/-]{8,}=*/gi, '$1***'],
];

/**
 * The text with passwords and other secrets replaced by `***`: those in connection
 * strings, after names such as `password=`, in SQL that sets a password, and private keys.
 * Where it is not clear how far a secret goes, more is taken out and not less.
 */
export function maskSecrets(text: string): string {
  return SECRETS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}
