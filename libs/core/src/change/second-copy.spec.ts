import type { InstalledPackage } from '../runtime/node-runtime.js';
import { secondCopy } from './second-copy.js';

class Theirs {}
const asked = { name: 'EntityManager' };

const driver = (version: string, folder: string, name = 'typeorm'): InstalledPackage => ({
  name,
  version,
  folder,
});

function told(mine: InstalledPackage | undefined, theirs: InstalledPackage | undefined) {
  const fault = secondCopy('AddSku.execute(), parameter 1', asked, Theirs, (type) =>
    type === asked ? mine : theirs,
  );
  return `${fault.problem} → ${fault.remedy}`;
}

describe('a class of a second copy of a package', () => {
  it('is told with both places, and with what shows who brings the other', () => {
    const text = told(
      driver('1.1.0', '/app/node_modules/typeorm'),
      driver('1.0.2', '/lib/node_modules/typeorm'),
    );
    expect(text).toMatch(
      /^nothing provides its EntityManager: the EntityManager that is provided is another class/,
    );
    expect(text).toContain('typeorm 1.1.0 in /app/node_modules/typeorm');
    expect(text).toContain('typeorm 1.0.2 in /lib/node_modules/typeorm');
    expect(text).toContain('`npm ls typeorm`');
    expect(text).toMatch(/peerDependencies.*npm dedupe/);
  });

  it('is told as far as it is known', () => {
    expect(told(driver('1.1.0', '/app/t'), undefined)).toMatch(
      /it asks for is of typeorm 1.1.0 in \/app\/t.*npm ls typeorm/,
    );
    expect(told(undefined, driver('1.1.0', '/app/t'))).toMatch(
      /is provided is of typeorm 1.1.0 .*npm ls typeorm/,
    );
    expect(told(undefined, undefined)).toContain('`npm ls PACKAGE`');
  });

  it('is no copy where the two are of different packages', () => {
    const text = told(driver('1.0.0', '/app/a', 'a'), driver('1.0.0', '/app/b', 'b'));
    expect(text).toContain('Import EntityManager from b, or provide that of a.');
  });
});
