/**
 * How the program and the library are built: few files instead of hundreds, each command and each large part in a file
 * that is read when it is used. What the package shares with machines of others (XState), what finds its own files
 * (the stores' clients, the layout engine, tsx) and the language model stay packages of their own.
 */
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Packages that are read from where they are installed. */
const APART = [
  'xstate',
  'libsql',
  '@eventstore/db-client',
  'elkjs',
  'pino',
  'wink-nlp',
  'wink-eng-lite-web-model',
  'tsx',
];

interface Manifest {
  bin: Record<string, string>;
  exports: Record<string, string | { default: string }>;
}

/** Each file that the package names, by what it is built of. */
function entries(): Record<string, string> {
  const { bin, exports }: Manifest = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  const named = [
    ...Object.values(bin),
    ...Object.values(exports).map((one) => (typeof one === 'string' ? one : one.default)),
  ];
  const built = named.flatMap((file) => /dist\/(.+)\.js$/.exec(file)?.[1] ?? []);
  return Object.fromEntries(built.map((name) => [name, path(`src/${name}.ts`)]));
}

export default defineConfig({
  root: path('.'),
  publicDir: false,
  plugins: [
    {
      name: 'parts of an earlier build',
      generateBundle: () => rmSync(path('dist/parts'), { recursive: true, force: true }),
    },
  ],
  resolve: { conditions: ['node'] },
  ssr: { noExternal: true, external: APART },
  build: {
    ssr: true,
    outDir: path('dist'),
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: entries(),
      output: { entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
    },
  },
});
