import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webhookAnchor } from '../evidence/webhook-anchor.js';
import { aKeyPair, memoryAnchor } from '../fixtures/evidence.js';
import { settingsFromEnvironment } from './environment-settings.js';
import { resolveEvidence, type EvidenceSettings } from './evidence-settings.js';
import { InvalidOptionsError } from './nest.errors.js';
import { resolveOptions } from './resolve-options.js';

describe('the settings of evidence', () => {
  const { key } = aKeyPair();
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flamingock-key-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('take a key as PEM, a signer, or none', () => {
    const signer = { keyId: 'kms', sign: () => Promise.resolve(new Uint8Array(64)) };
    expect(resolveEvidence({})).toEqual({ faults: [] });
    expect(resolveEvidence({ key }).evidence?.signer.keyId).toMatch(/^[0-9a-f]{64}$/);
    expect(resolveEvidence({ key: signer }).evidence?.signer).toBe(signer);
  });

  it('take a key from the file that the environment names, unless code has one', () => {
    const file = join(folder, 'evidence.pem');
    writeFileSync(file, key);
    const environment = settingsFromEnvironment({ FLAMINGOCK_EVIDENCE_KEY_FILE: file });
    const anchors = [memoryAnchor()];
    const resolved = resolveOptions(environment, { service: 'a', evidence: { anchors } });
    expect(resolved.evidence?.signer.keyId).toBe(resolveEvidence({ key }).evidence?.signer.keyId);
    expect(resolved.evidence?.anchors).toEqual(anchors);

    const own = { keyId: 'kms', sign: () => Promise.resolve(new Uint8Array(64)) };
    expect(resolveOptions(environment, { service: 'a', evidence: { key: own } }).evidence?.signer).toBe(own);
  });

  it('take the address of a test run, also from the environment', () => {
    const tests = 'https://ci.example.com/runs/7';
    const environment = settingsFromEnvironment({ FLAMINGOCK_EVIDENCE_TESTS: tests });
    expect(resolveOptions(environment, { service: 'a' }).tests).toBe(tests);
    expect(resolveOptions({ service: 'a' }).tests).toBeUndefined();
  });

  it('are refused with every fault, and nothing of a key', () => {
    const evidence = {
      key: key.replace('PRIVATE', 'PUBLIC'),
      anchors: [webhookAnchor({ url: 'nowhere' }), { name: 7 }],
      ancors: [],
    } as unknown as EvidenceSettings;
    const resolve = () => resolveOptions({ service: 'a', evidence });
    expect(resolve).toThrow(InvalidOptionsError);
    try {
      resolve();
    } catch (error) {
      expect((error as InvalidOptionsError).faults).toEqual([
        'evidence has no option "ancors": did you mean anchors?',
        'url of webhookAnchor() must be an address of http: or https:',
        'evidence.anchors[1] must be an anchor { name, keep(statement) }, not { name: 7 }',
        'evidence.key is no private key in PEM form, or one with a passphrase: make one with ' +
          '`openssl genpkey -algorithm ed25519 -out evidence.pem`',
      ]);
      expect(String(error)).not.toContain(key.split('\n')[1]);
    }
  });

  it.each<[EvidenceSettings, RegExp]>([
    [{ keyFile: '/nowhere/key.pem' }, /^evidence.keyFile \(FLAMINGOCK_EVIDENCE_KEY_FILE\), .*ENOENT/],
    [{ key: {} as string }, /must be the text of a PEM file, or a signer/],
    [{ key: aKeyPair('ed448').key }, /is a private key of type ed448, not Ed25519/],
    [{ anchors: [memoryAnchor()] }, /nobody signs/],
    [{ key, anchors: {} as [] }, /must be a list of anchors/],
    [
      { tests: 'build 7' },
      /^evidence.tests \(FLAMINGOCK_EVIDENCE_TESTS\) must be an address of http: or https:/,
    ],
    [{ tests: 'ftp://ci.example.com' }, /must be an address of http: or https:/],
    [{ tests: `https://ci.example.com/${'7'.repeat(2_000)}` }, /at most 2000 characters/],
    [{ tests: 'https://ann:x@ci.example.com/' }, /has credentials in it, and is kept in the history$/],
  ])('are refused with the reason: %j', (settings, fault) => {
    const { faults } = resolveEvidence(settings);
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });
});
