import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type FakeMachine, useFakeMachines } from '../fake-programs.test.ts';
import { type NodeProgram, startNodeProcess } from './node-process.ts';

const toProgram = (machine: FakeMachine, script: string): NodeProgram => {
  const file = join(machine.folder, 'service.cjs');
  writeFileSync(file, script);
  return { name: 'service', file, env: { SOME: 'thing' }, logFile: join(machine.folder, 'service.log') };
};

const ready = `process.send({ type: 'ready', service: 'service', port: 4001, healthPort: 4002 });`;
const endsWithParent = `process.on('disconnect', () => process.exit(0)); process.on('SIGTERM', () => process.exit(0));`;

describe('startNodeProcess', () => {
  const createMachine = useFakeMachines();

  it('gives the ports that the process announced, and ends it', async () => {
    const service = await startNodeProcess(toProgram(createMachine(), `${endsWithParent} ${ready}`));
    expect(service).to.include({ port: 4001, healthPort: 4002 });
    await service.stop();
    expect(await service.ended).to.equal('exit code 0');
  });

  it('gives the process the environment that it was told to, and nothing else', async () => {
    const script = `${endsWithParent} const keys = Object.keys(process.env); process.send({ type: 'ready', port: keys.includes('SOME') && !keys.includes('HOME') ? 1 : 2 });`;
    const service = await startNodeProcess(toProgram(createMachine(), script));
    await service.stop();
    expect(service.port).to.equal(1);
  });

  it('fails with the tail of the log when the process ends before it is ready', async () => {
    const program = toProgram(createMachine(), `console.error('REDIS_URL is not set'); process.exit(1);`);
    const failure = await startNodeProcess(program).catch((error: Error) => error);
    expect(failure).to.be.an('error');
    expect(String(failure)).to.match(/service did not start: exit code 1\nREDIS_URL is not set/);
    expect(String(failure)).to.include(program.logFile);
  });

  it('fails, and leaves nothing running, when the process stays silent', async () => {
    const program = { ...toProgram(createMachine(), endsWithParent), readyWithinMs: 300 };
    const failure = await startNodeProcess(program).catch((error: Error) => error);
    expect(String(failure)).to.include('not ready within 0.3 s');
  });

  it('tells how a process ended that nobody ended', async () => {
    const service = await startNodeProcess(
      toProgram(createMachine(), `${ready} setTimeout(() => process.abort(), 10);`),
    );
    expect(await service.ended).to.equal('signal SIGABRT');
  });
});
