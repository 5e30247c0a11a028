import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toLibraryPackages } from './distribution-redis.ts';

describe('toLibraryPackages', () => {
  it('names the libraries of a Depends field, of alternatives the first, and never libc', () => {
    const depends =
      'adduser, libatomic1 (>= 4.8), libc6 (>= 2.34), libjemalloc2:any (>= 4.0.0), libsystemd0 | libelogind0, lua-cjson, sysvinit-utils (>= 3.05~)';
    expect(toLibraryPackages(depends)).to.deep.equal([
      'libatomic1',
      'libjemalloc2',
      'libsystemd0',
      'lua-cjson',
    ]);
  });

  it('names none of an empty field', () => {
    expect(toLibraryPackages('\n')).to.deep.equal([]);
  });
});
