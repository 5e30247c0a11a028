import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadShopConfig } from '@huidiao/example-shop';
import { ingressShape } from '@huidiao/ingress';
import { merchantApiShape } from '@huidiao/merchant-api';
import { messageWorkerShape } from '@huidiao/message-worker';
import { orderWorkerShape } from '@huidiao/order-worker';
import { judgeDurability } from '@huidiao/queue';
import { reconcilerShape } from '@huidiao/reconciler';
import type { ConfigShape } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parse } from 'yaml';

const top = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(top, path), 'utf8');

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
}

const compose: { services: Record<string, ComposeService> } = parse(read('docker-compose.yml'), {
  merge: true,
});
const ours = Object.entries(compose.services).filter(([, { image }]) => image.startsWith('huidiao:'));
const programs = readdirSync(join(top, 'services'));

/** The services of the compose file that run this one of ours. */
function runnersOf(program: string): [name: string, service: ComposeService][] {
  return ours.filter(([, { command }]) => command?.[0] === `services/${program}/dist/main.js`);
}

const shapes: Record<string, ConfigShape> = {
  ingress: ingressShape,
  'merchant-api': merchantApiShape,
  'order-worker': orderWorkerShape,
  'message-worker': messageWorkerShape,
  reconciler: reconcilerShape,
};

describe('the compose file', () => {
  it('runs every service, and the ingress twice', () => {
    for (const program of programs) expect(runnersOf(program), program).not.to.have.length(0);
    expect(runnersOf('ingress')).to.have.length(2);
  });

  it('runs only programs that the build makes', () => {
    for (const [name, { command }] of ours) {
      const source = command?.[0]?.replace('/dist/', '/src/').replace(/\.js$/, '.ts') ?? '';
      expect(existsSync(join(top, source)), `${name} runs ${command?.[0]}`).to.equal(true);
    }
  });

  it('gives each service every setting that it needs', () => {
    for (const [program, shape] of Object.entries(shapes)) {
      const needed = Object.entries(shape).filter(([, schema]) => !schema.safeParse(undefined).success);
      for (const [name, { environment = {} }] of runnersOf(program)) {
        for (const [variable, schema] of needed) {
          expect(schema.safeParse(environment[variable]).success, `${name}: ${variable}`).to.equal(true);
        }
      }
    }
  });

  it('lets the sample shop order at merchant-api, with the key that the purchase makes', () => {
    const { shop, purchase } = compose.services;
    const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const { merchantApi } = loadShopConfig({ ...shop?.environment, WEBHOOK_SECRET });
    expect(merchantApi?.url).to.equal(purchase?.environment?.MERCHANT_API_URL);
    const folder = purchase?.command?.[1] ?? expect.fail('the purchase has no folder');
    expect(shop?.environment?.MERCHANT_API_KEY_FILE).to.equal(`${folder}/api-key`);
  });

  it('sets nothing that no service reads', () => {
    const known = new Set(Object.values(shapes).flatMap((shape) => Object.keys(shape)));
    const ofOthers = [
      'SIMULATOR_FILE',
      'NODE_EXTRA_CA_CERTS',
      'TMPDIR',
      'WEBHOOK_SECRET_FILE',
      'MERCHANT_API_KEY_FILE',
    ];
    const ofThePurchase = ['MERCHANT_API_URL', 'SIMULATOR_URL'];
    for (const name of [...ofOthers, ...ofThePurchase]) known.add(name);
    const set = new Set(ours.flatMap(([, { environment = {} }]) => Object.keys(environment)));
    expect([...set].filter((variable) => !known.has(variable))).to.deep.equal([]);
  });

  it('sets Redis up to keep what it acknowledges', () => {
    const [, ...words] = compose.services.redis?.command ?? [];
    const settings = Object.fromEntries(
      words.flatMap((word, index) => (word.startsWith('--') ? [[word.slice(2), words[index + 1]]] : [])),
    );
    // What Redis has where nobody says otherwise.
    const config = { 'no-appendfsync-on-rewrite': 'no', ...settings };
    expect(judgeDurability({ role: 'master', config }, 'always')).to.deep.equal([]);
    expect(settings).to.include({ appendonly: 'yes', appendfsync: 'always' });
  });

  it('runs our containers without privileges, on a root file system that is read-only', () => {
    for (const [name, service] of ours) {
      expect(service, name).to.include({ read_only: true });
      expect(service.cap_drop, name).to.deep.equal(['ALL']);
    }
    expect(read('deploy/docker/Dockerfile')).to.match(/^USER node$/m);
  });

  it("puts the lines of a bill on a disk, for the reconciler's /tmp is memory", () => {
    const { tmpfs, volumes, environment } = compose.services.reconciler ?? {};
    expect(tmpfs).to.deep.equal(['/tmp']);
    const folders = (volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(folders).to.include(environment?.TMPDIR);
  });

  it('leaves each service the time that its drain may take', () => {
    for (const program of Object.keys(shapes)) {
      for (const [name, service] of runnersOf(program)) {
        expect(Number.parseInt(service.stop_grace_period ?? '0', 10), name).to.be.greaterThan(25);
      }
    }
  });

  it('publishes nothing beyond this machine, and no second port', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports).not.to.have.length(0);
    for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:(?!9090)\d+:(?!9090)\d+$/);
  });

  it('has a proxy that knows both ingresses by name and by their second port', () => {
    const proxy = read('deploy/docker/haproxy.cfg');
    for (const [name, { environment }] of runnersOf('ingress')) {
      expect(proxy).to.include(`server ${name} ${name}:3000`);
      expect(proxy).to.include(`check port ${environment?.HEALTH_PORT}`);
    }
  });
});
