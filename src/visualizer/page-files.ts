/** The built page: its script, its style sheet and the document that names them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Refused } from './refusal.ts';

export interface PageFiles {
  script: string;
  style: string;
}

/** From the sources as from the built package, the page stands in `dist`. */
const FOLDER = new URL('../../dist/visualizer/page/', import.meta.url);

/** Read anew each time, so that a page that is built while the server runs is the one that is shown. */
export async function pageFiles(folder: URL = FOLDER): Promise<PageFiles> {
  try {
    const [script, style] = await Promise.all(
      ['page.js', 'page.css'].map((name) => readFile(new URL(name, folder), 'utf8')),
    );
    return { script: script!, style: style! };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Refused(
      503,
      `the page was not built: there is none in ${fileURLToPath(folder)}; run: npm run build`,
    );
  }
}

/** The document of the served page. */
export const pageDocument = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Golden Horde</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script>
  </head>
  <body><div id="page"></div></body>
</html>
`;
