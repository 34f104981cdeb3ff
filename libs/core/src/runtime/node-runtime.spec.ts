import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applicationName, nodeRuntime, packageOf, processFacts } from './node-runtime.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flamingock-name-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A folder with a package.json, if any. */
function folder(path: string, content?: string): string {
  const made = join(root, path);
  mkdirSync(made, { recursive: true });
  if (content !== undefined) writeFileSync(join(made, 'package.json'), content);
  return made;
}

describe('the name of an application', () => {
  it('is that of the nearest package.json that has one', () => {
    folder('shop', '{"name":"@team/shop"}');
    folder('shop/dist', '{"type":"module"}');
    expect(applicationName(folder('shop/dist/src'))).toBe('@team/shop');
  });

  it('is that of the working directory, whichever script was started', () => {
    const shop = folder('shop', '{"name":"shop"}');
    const other = folder('other', '{"name":"other"}');
    expect(applicationName(shop, join(other, 'main.js'))).toBe('shop');
  });

  it('is that of the script where the working directory has none', () => {
    const shop = folder('shop', '{"name":"shop"}');
    expect(applicationName(root, join(shop, 'dist', 'main.js'))).toBe('shop');
  });

  it('is none of an installed package: a test runner, or our own command', () => {
    const runner = folder('shop/node_modules/runner', '{"name":"runner"}');
    expect(applicationName(root, join(runner, 'bin.js'))).toBeUndefined();
  });

  it.each(['no json', '{}', '{"name":1}', '{"name":""}', 'null'])('is none where it reads %s', (content) => {
    expect(applicationName(folder('shop', content), undefined)).toBeUndefined();
  });
});

describe('the facts of a process', () => {
  it('have the version of the application, and of Node', () => {
    const shop = folder('shop', '{"name":"shop","version":"4.5.6"}');
    expect(processFacts({}, shop)).toEqual({
      applicationVersion: '4.5.6',
      revision: undefined,
      nodeVersion: process.versions.node,
      pod: undefined,
    });
  });

  it('go by what is set for them first', () => {
    const shop = folder('shop', '{"name":"shop","version":"4.5.6"}');
    const own = {
      FLAMINGOCK_VERSION: '7',
      FLAMINGOCK_REVISION: 'abc',
      GITHUB_SHA: 'def',
      POD_NAME: 'shop-0',
    };
    expect(processFacts(own, shop)).toMatchObject({
      applicationVersion: '7',
      revision: 'abc',
      pod: 'shop-0',
    });
  });

  it.each(['GITHUB_SHA', 'CI_COMMIT_SHA', 'GIT_COMMIT', 'SOURCE_VERSION'])(
    'have the revision of %s',
    (name) => {
      expect(processFacts({ GIT_SHA: ' ', [name]: ' abc ' })).toMatchObject({ revision: 'abc' });
    },
  );

  it('take the name of the host for a pod only in Kubernetes', () => {
    expect(processFacts({ HOSTNAME: 'laptop' }).pod).toBeUndefined();
    const pod = { HOSTNAME: 'shop-7d9', KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(processFacts(pod).pod).toBe('shop-7d9');
  });
});

describe('the package of a class', () => {
  class Entity {}

  it('is that of the file which exports it, whatever passes it on', () => {
    const driver = folder('shop/node_modules/driver', '{"name":"driver","version":"1.2.3"}');
    folder('shop/node_modules/driver/dist', '{"type":"commonjs"}');
    const other = folder('other/node_modules/driver', '{"name":"driver","version":"1.0.0"}');
    const passedOn = Object.defineProperty({}, 'Entity', {
      enumerable: true,
      get: () => {
        throw new TypeError('a getter was asked');
      },
    });
    const loaded = {
      [join(other, 'index.js')]: { exports: passedOn },
      [join(other, 'entity.js')]: { exports: { Entity: class Entity {} } },
      [join(driver, 'dist', 'nothing.js')]: { exports: null },
      [join(driver, 'dist', 'gone.js')]: undefined,
      [join(driver, 'dist', 'entity.js')]: { exports: { Entity } },
    };
    expect(packageOf(Entity, loaded)).toEqual({ name: 'driver', version: '1.2.3', folder: driver });
  });

  it('is that of a file which exports nothing else, and may have no version', () => {
    const driver = folder('driver', '{"name":"driver"}');
    const loaded = { [join(driver, 'index.js')]: { exports: Entity } };
    expect(packageOf(Entity, loaded)).toEqual({ name: 'driver', version: undefined, folder: driver });
  });

  it('is not known where no file that was loaded exports it', () => {
    expect(packageOf(Entity, {})).toBeUndefined();
    expect(packageOf(Entity)).toBeUndefined();
  });
});

describe('a timer', () => {
  const ofProcess = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  it.each([
    ['keeps the process from ending', undefined, 1],
    ['that is idle does not', 'idle', 0],
  ] as const)('%s', (_, idle, more) => {
    const before = ofProcess();
    const cancel = nodeRuntime.timer(60_000, () => undefined, idle);
    expect(ofProcess()).toBe(before + more);
    cancel();
    expect(ofProcess()).toBe(before);
  });
});
