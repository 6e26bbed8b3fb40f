/** The options that several commands take. */
import { option, several } from './command.ts';
import { wholeNumber } from './numbers.ts';
import { pastMoment } from './past-moment.ts';

export const STORE = option(
  '--store <url>',
  'sqlite:PATH, memory: or esdb://… (default: HORDE_STORE, else sqlite:.horde/horde.db)',
);

export const JSON_OUTPUT = option(
  '--json',
  'JSON on standard output, everything else on standard error',
);

export const PATTERNS = several(
  '--patterns <file>',
  'a module of your own patterns (may repeat; also HORDE_PATTERNS)',
);

export const AT = option(
  '--at <moment>',
  'as it stood at a revision, a time (2026-11-21T10:15:00Z), or so long before its last event (-90s)',
  pastMoment('--at'),
);

export const PORT = option(
  '--port <n>',
  'where the page is served (default: any free port)',
  wholeNumber('--port', 1, 65_535),
);

export const CATALOG = several('--catalog <dir>', 'a folder of your own agents (may repeat)');

/** Who takes part, how, and within which limits. */
export const CAST = [
  several(
    '--agent <role=type>',
    'who takes a role, and by which methodology: ROLE=TYPE[+METHODOLOGY] (see: horde agents; may repeat)',
  ),
  several(
    '--methodology <role=name>',
    'how a role goes about it, or none (see: horde methodologies; may repeat)',
  ),
  several('--limit <name=n>', 'a limit of the pattern (see: horde patterns NAME; may repeat)'),
];

export const WORKSPACE = option('--workspace <dir>', 'a folder whose .claude joins the catalog');
