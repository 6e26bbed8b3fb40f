/**
 * What a connection string says: nodes, TLS, credentials.
 *
 * The client has a parser of its own; it is not used because it prints the whole string, password and all,
 * when an option is unknown, cuts passwords at a colon, and lets settings pass that have no effect.
 *
 * Invariants
 * 1. `shown` and every message of an error are free of credentials, whatever signs the password has.
 * 2. A setting that would be ignored, or that breaks the store's promises, is refused.
 * 3. The files of certificates are read when a channel is made, so that a new one is seen by the next.
 */
import { readFileSync } from 'node:fs';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { StoreFailure } from '../../store.ts';

export interface Node {
  address: string;
  port: number;
}

type Parameters = ConstructorParameters<typeof EventStoreDBClient>;

export interface ConnectionTarget {
  nodes: readonly Node[];
  /** The nodes are found by the DNS name of the first. */
  discover: boolean;
  /** How a node of a cluster is chosen and how long the finding may take. */
  settings: { [name: string]: string | number };
  /** How a connection is made; the files of certificates are read now. Throws `StoreFailure` when they cannot be. */
  channel(): NonNullable<Parameters[1]>;
  credentials: Parameters[2];
  /** The connection string for people, without credentials. */
  shown: string;
}

const FORM = 'esdb://[user:password@]host[:port][,host…][?tls=true|false&tlsCAFile=…]';
/** The user reaches to the last `@` before the hosts: passwords may hold any sign. */
const STRING = /^(esdb|kurrentdb|kurrent)(\+discover)?:\/\/(?:(.*)@)?([^/?@]+)\/?(?:\?(.*))?$/is;
const PORT = 2113;

const NUMBERS = new Map(
  ['maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout', 'keepAliveInterval'].map(
    (name) => [flat(name), name] as const,
  ),
);

export function connectionTarget(text: string): ConnectionTarget {
  const match = STRING.exec(text.trim());
  if (!match) throw refused(`it is not of the form ${FORM}`);
  const [, , discover = '', user, hosts = '', query = ''] = match;
  const nodes = hosts.split(',').map(node);
  const options = new Options(query);
  const credentials = user === undefined ? undefined : userAndPassword(user);
  const tls = options.flag('tls') ?? true;
  options.refuseUnknown(tls);
  if (!tls && credentials) {
    throw refused(
      'with tls=false the client drops user and password; ' +
        'use tls=true with tlsCAFile, or leave the credentials out (a server in insecure mode asks for none)',
    );
  }
  const channel = () => (tls ? options.certificates() : { insecure: true as const });
  channel();
  return {
    nodes,
    discover: discover !== '',
    settings: options.settings,
    channel,
    credentials,
    shown: `esdb${discover.toLowerCase()}://${hosts}${query ? `?${query}` : ''}`,
  };
}

/** The query of a connection string. Names are taken in any case, with `-` or `_`, as the client does. */
class Options {
  readonly settings: { [name: string]: string | number } = {};
  readonly #values = new Map<string, string>();

  constructor(query: string) {
    for (const pair of query.split('&').filter((part) => part !== '')) {
      const [name, value] = pair.split(/=(.*)/s) as [string, string | undefined];
      if (value === undefined || value === '') throw refused(`option "${name}" has no value`);
      this.#values.set(flat(name), decoded(value, `option "${name}"`));
    }
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false')
      throw refused(`${name}=${value}: write true or false`);
    return value === 'true';
  }

  /** What is left after the files were taken must be a setting of the client. */
  refuseUnknown(tls: boolean): void {
    const verified = this.flag('tlsVerifyCert');
    if (!tls && verified !== undefined) {
      throw refused(
        'tls=false and tlsVerifyCert do not go together: without TLS there is no certificate; leave tlsVerifyCert out',
      );
    }
    if (verified === false) {
      throw refused(
        'tlsVerifyCert=false has no effect in this client; ' +
          'give the certificate of your authority with tlsCAFile=PATH, or use NODE_EXTRA_CA_CERTS',
      );
    }
    if (this.flag('throwOnAppendFailure') === false)
      throw refused('throwOnAppendFailure=false reports wrong revisions; leave it out');
    for (const [name, value] of [...this.#values]) this.#setting(name, value);
  }

  #setting(name: string, value: string): void {
    if (['tlscafile', 'usercertfile', 'userkeyfile'].includes(name)) return;
    const number = NUMBERS.get(name);
    if (number) {
      if (!/^-?\d+$/.test(value)) throw refused(`${number}=${value}: write a whole number`);
      this.settings[number] = Number(value);
    } else if (name === 'nodepreference') {
      if (flat(value) !== 'leader')
        throw refused(`nodePreference=${value}: only the leader orders and fences; leave it out`);
    } else if (name === 'connectionname') this.settings['connectionName'] = value;
    else if (name !== 'defaultdeadline' && name !== 'keepalivetimeout')
      throw refused(`option "${name}" is unknown`);
  }

  certificates(): NonNullable<Parameters[1]> {
    const certificate = this.#file('userCertFile');
    const key = this.#file('userKeyFile');
    if (!certificate !== !key) throw refused('userCertFile and userKeyFile go together; give both');
    const authority = this.#file('tlsCAFile');
    return {
      insecure: false,
      ...(authority && { rootCertificate: authority }),
      ...(certificate && { userCertFile: certificate, userKeyFile: key }),
    };
  }

  #file(name: string): Buffer | undefined {
    const path = this.#values.get(flat(name));
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      throw refused(`${name}=${path} cannot be read (${(error as Error).message})`);
    }
  }

  #take(name: string): string | undefined {
    const value = this.#values.get(flat(name));
    this.#values.delete(flat(name));
    return value;
  }
}

function flat(name: string): string {
  return name.trim().toLowerCase().replace(/[_-]/g, '');
}

/** An address of IPv6 stands in brackets: `[::1]:2113`. */
function node(text: string): Node {
  const match = /^(\[[0-9a-f:.%]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(text);
  const [, address = '', port = String(PORT)] = match ?? [];
  const number = Number(port);
  if (!match || number < 1 || number > 65_535) {
    const six =
      text.split(':').length > 2 ? ', and an address of IPv6 in brackets: [::1]:2113' : '';
    throw refused(`"${text}" is not a host and port; write for example localhost:${PORT}${six}`);
  }
  return { address, port: number };
}

function userAndPassword(text: string): { username: string; password: string } {
  const colon = text.indexOf(':');
  if (colon < 1) throw refused('credentials are written user:password@, percent-encoded');
  const what = 'the credentials (percent-encode the sign % in them)';
  const username = decoded(text.slice(0, colon), what);
  return { username, password: decoded(text.slice(colon + 1), what) };
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused(`${what} cannot be decoded`);
  }
}

const refused = (why: string): StoreFailure =>
  new StoreFailure(`the EventStoreDB connection string cannot be used: ${why}`, 'fatal');
