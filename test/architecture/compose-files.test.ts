/**
 * The compose files, as far as users rely on them: what is started, who can reach it, what is kept. Whether
 * Docker accepts them is for `docker compose config` to say.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { connectionTarget } from '../../src/events/stores/eventstoredb/connection-string.ts';

interface Service {
  image: string;
  environment: Record<string, string>;
  ports: string[];
  volumes: string[];
  healthcheck: { test: string[]; interval: string; timeout: string; retries: number };
  depends_on: Record<string, { condition: string }>;
  networks: Record<string, { ipv4_address: string }>;
  command: string[];
}

interface Compose {
  name: string;
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks: Record<string, { ipam: { config: { subnet: string }[] } }>;
}

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const composeOf = (file: string): Compose => parse(textOf(file), { merge: true });
const FILES = ['docker-compose.yml', 'docker-compose.cluster.yml'];
const DATA = '/var/lib/eventstore';
const NODES = ['node1', 'node2', 'node3'] as const;
const isNode = ({ image }: Service) => image.includes('/eventstoredb');

describe.each(FILES)('%s', (file) => {
  const { services, volumes } = composeOf(file);
  const nodes = Object.values(services).filter(isNode);

  it('names a version of every image', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/:\d+\.\d+(\.\d+)?$/);
    expect(new Set(nodes.map(({ image }) => image)).size).toBe(1);
  });

  it('can be reached from this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBe(nodes.length);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:2113$/);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('says when a node can be used, so that `up --wait` returns then', () => {
    for (const { healthcheck, environment } of nodes) {
      const scheme = environment['EVENTSTORE_INSECURE'] === 'true' ? 'http' : 'https';
      expect(healthcheck.test.join(' ')).toContain(`${scheme}://localhost:2113/health/live`);
      // A first start takes up to a minute; less would have `up --wait` give up.
      const every = Number.parseInt(healthcheck.interval, 10);
      expect(every * healthcheck.retries).toBeGreaterThanOrEqual(60);
    }
  });

  it('keeps the data of each node in a volume of its own', () => {
    const kept = nodes.map((node) => node.volumes.find((volume) => volume.endsWith(`:${DATA}`)));
    const names = kept.map((volume) => volume?.split(':')[0]);
    for (const name of names) expect(Object.keys(volumes)).toContain(name);
    expect(new Set(names).size).toBe(nodes.length);
    for (const { environment } of nodes)
      expect(environment).not.toHaveProperty('EVENTSTORE_MEM_DB');
  });

  it('runs the standard projections, by which the server groups teams', () => {
    for (const { environment } of nodes)
      expect(environment).toMatchObject({
        EVENTSTORE_RUN_PROJECTIONS: 'All',
        EVENTSTORE_START_STANDARD_PROJECTIONS: 'true',
      });
  });

  it('has connection strings in its comments that the store accepts', () => {
    const strings = textOf(file).match(/esdb:\/\/[^\s"]+/g) ?? [];
    expect(strings).toHaveLength(1);
    // The authority's certificate is made at the first start; the rest of the string is looked at here.
    const [string] = strings.map((each) => each.replace(/&tlsCAFile=\S+/, ''));
    const ports = nodes.map((node) => Number(node.ports[0]!.split(':')[1]));
    const target = connectionTarget(string!);
    expect(target.nodes.map(({ port }) => port).sort()).toEqual(ports.sort());
  });
});

describe('docker-compose.yml', () => {
  it('starts one node without TLS and users', () => {
    const { services } = composeOf('docker-compose.yml');
    expect(Object.keys(services)).toEqual(['eventstoredb']);
    expect(services['eventstoredb']!.environment).toMatchObject({
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_CLUSTER_SIZE: '1',
    });
  });
});

describe('docker-compose.cluster.yml', () => {
  const { services, networks } = composeOf('docker-compose.cluster.yml');
  const address = (name: string) => services[name]!.networks['cluster']!.ipv4_address;

  it('starts three nodes, with certificates made before them', () => {
    expect(Object.keys(services)).toEqual(['certificates', ...NODES]);
    for (const name of NODES) {
      const { depends_on, environment } = services[name]!;
      expect(depends_on['certificates']).toEqual({ condition: 'service_completed_successfully' });
      expect(environment['EVENTSTORE_CLUSTER_SIZE']).toBe('3');
    }
  });

  it('has every node speak TLS with a key of its own, which no other node sees', () => {
    for (const name of NODES) {
      const { environment, volumes } = services[name]!;
      expect(environment).not.toHaveProperty('EVENTSTORE_INSECURE');
      expect(environment).toMatchObject({
        EVENTSTORE_CERTIFICATE_FILE: `/certs/${name}/node.crt`,
        EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: `/certs/${name}/node.key`,
        EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH: '/certs/ca',
      });
      const certificates = volumes.filter((volume) => volume.includes('/certs'));
      expect(certificates.map((volume) => volume.split(':').slice(1).join(':')).sort()).toEqual([
        '/certs/ca:ro',
        `/certs/${name}:ro`,
      ]);
    }
  });

  it('names each node at the address that the others look for it', () => {
    const subnet = networks['cluster']!.ipam.config[0]!.subnet.replace(/0\/24$/, '');
    for (const name of NODES) {
      const { environment } = services[name]!;
      expect(environment['EVENTSTORE_REPLICATION_IP']).toBe(address(name));
      expect(address(name).startsWith(subnet)).toBe(true);
      const others = NODES.filter((other) => other !== name).map(
        (other) => `${address(other)}:2113`,
      );
      expect(environment['EVENTSTORE_GOSSIP_SEED']!.split(',')).toEqual(others);
    }
  });

  it('makes each certificate for the address of its node, and for localhost', () => {
    const script = services['certificates']!.command.join('\n');
    expect(script).toContain(
      '-ip-addresses 127.0.0.1,172.30.240.1$$n -dns-names localhost,node$$n',
    );
    for (const [i, name] of NODES.entries()) expect(address(name)).toBe(`172.30.240.1${i + 1}`);
  });

  it('tells clients the ports under which this machine reaches each node', () => {
    for (const name of NODES) {
      const { environment, ports } = services[name]!;
      const port = environment['EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS'];
      expect(ports).toEqual([`127.0.0.1:${port}:2113`]);
      expect(environment['EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS']).toBe('localhost');
    }
  });
});
