import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { takeDataFolder } from './data-folder.ts';

describe('takeDataFolder', () => {
  const createMachine = useFakeMachines();

  it('gives the same folder to one after the other, with what is in it', () => {
    const { folder: parent } = createMachine();
    const first = takeDataFolder(parent);
    writeFileSync(join(first.path, 'kept'), '');
    first.release();
    const second = takeDataFolder(parent);
    expect(second).to.include({ path: join(parent, 'local'), isTemporary: false });
    expect(existsSync(join(second.path, 'kept'))).to.equal(true);
    second.release();
  });

  it('gives a folder of its own, removed in the end, to the second of two at the same time', () => {
    const { folder: parent } = createMachine();
    const first = takeDataFolder(parent);
    const second = takeDataFolder(parent);
    expect(second.isTemporary).to.equal(true);
    expect(second.path).not.to.equal(first.path);
    second.release();
    expect(existsSync(second.path)).to.equal(false);
    expect(existsSync(first.path)).to.equal(true);
    first.release();
  });

  it('removes what a killed process left', () => {
    const { folder: parent } = createMachine();
    // Beyond the largest process id of Linux and macOS.
    const left = join(parent, 'local-99999999');
    mkdirSync(left);
    takeDataFolder(parent).release();
    expect(existsSync(left)).to.equal(false);
  });
});
