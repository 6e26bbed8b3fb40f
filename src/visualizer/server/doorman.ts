/**
 * Who may come in. The server listens on this machine alone, but any web page that a person has open can send
 * requests here too, under a name of its own (DNS rebinding) or from its own origin.
 *
 * Invariants
 * 1. Only requests that name this server as their host are answered.
 * 2. What another site sends is refused; all that it may do is to open the page itself, which holds no data.
 * 3. What changes something needs the token of this start, and JSON, of at most a megabyte.
 * 4. Every answer forbids the browser to run, embed or keep anything that is not ours.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refused } from './refusal.ts';

export const BODY_MAX = 1024 * 1024;

export const newToken = (): string => randomBytes(24).toString('base64url');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // What is shown is what is in the store now; and nothing of it stays in the browser's files.
  'cache-control': 'no-store',
};

export const securityHeaders: MiddlewareHandler = async (context, next) => {
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  await next();
};

/** Invariants 1 and 2; the port is known once the server listens. */
export function doorkeeping(port: () => number): MiddlewareHandler {
  return async ({ req }, next) => {
    const hosts = hostsOf(port());
    const host = req.header('host') ?? '';
    if (!hosts.includes(host.toLowerCase()))
      throw new Refused(403, `this server is not "${host.slice(0, 100)}": open http://${hosts[0]}`);
    const origin = req.header('origin');
    if (origin !== undefined && !hosts.some((one) => origin.toLowerCase() === `http://${one}`))
      throw new Refused(403, `requests from ${origin.slice(0, 100)} are refused here`);
    const site = req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensPage(req))
      throw new Refused(403, 'requests from other sites are refused here');
    await next();
  };
}

const hostsOf = (port: number): string[] => {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
};

/** Somebody follows a link to the page: a whole document, in a window of its own. */
const opensPage = (req: {
  path: string;
  method: string;
  header(name: string): string | undefined;
}) =>
  req.path === '/' &&
  req.method === 'GET' &&
  req.header('sec-fetch-mode') === 'navigate' &&
  req.header('sec-fetch-dest') === 'document';

/** Whether a request holds the token; compared in a time that tells nothing about it. */
export function holdsToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}

/** Invariant 3: stands before every route that changes something. */
export function mayChange(token: string): [MiddlewareHandler, MiddlewareHandler] {
  const check: MiddlewareHandler = async ({ req }, next) => {
    if (!holdsToken(req.header('authorization'), token))
      throw new Refused(
        401,
        'this needs the token of the address that "horde ui" printed: open that address again',
      );
    const [type] = (req.header('content-type') ?? '').split(';', 1);
    if (type?.trim().toLowerCase() !== 'application/json')
      throw new Refused(415, 'send JSON: content-type application/json');
    await next();
  };
  const tooLarge = () => {
    throw new Refused(413, `that is too much: at most ${BODY_MAX} bytes`);
  };
  return [check, bodyLimit({ maxSize: BODY_MAX, onError: tooLarge })];
}
