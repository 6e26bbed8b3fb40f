/** Which view the address names: `#/`, `#/team/ID?at=N&panel=…`, `#/compare/A/B`. What one looks at can be sent on. */
import { signal } from '@preact/signals';

type Route =
  | { name: 'teams' }
  | { name: 'team'; team: string; at: number | undefined; panel: string | undefined }
  | { name: 'compare'; a: string; b: string };

function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decode);
  const params = new URLSearchParams(query);
  if (name === 'team' && rest[0]) {
    const at = params.get('at');
    return {
      name,
      team: rest[0],
      at: at !== null && /^\d+$/.test(at) ? Number(at) : undefined,
      panel: params.get('panel') ?? undefined,
    };
  }
  if (name === 'compare' && rest[0] && rest[1]) return { name, a: rest[0], b: rest[1] };
  return { name: 'teams' };
}

export function hrefOf(route: Route): string {
  const part = encodeURIComponent;
  if (route.name === 'team') {
    const query = new URLSearchParams();
    if (route.at !== undefined) query.set('at', String(route.at));
    if (route.panel !== undefined) query.set('panel', route.panel);
    const text = query.toString();
    return `#/team/${part(route.team)}${text ? `?${text}` : ''}`;
  }
  if (route.name === 'compare') return `#/compare/${part(route.a)}/${part(route.b)}`;
  return '#/';
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const route = signal<Route>({ name: 'teams' });

/** Follows the address from now on. */
export function followAddress(): void {
  const read = () => {
    // An address with a token, put into a page that is open: it is taken anew, token and all.
    if (location.hash.startsWith('#token=')) location.reload();
    else route.value = parseRoute(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}
