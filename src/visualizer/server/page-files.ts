/** The built page: the document, and the script and the style sheet that it names. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../package.ts';
import { Refused } from './refusal.ts';

export interface PageFiles {
  document: string;
  script: string;
  style: string;
}

/** From the sources as from the built package, the page stands in `dist`. */
const FOLDER = new URL('dist/visualizer/page/', packageRoot);

/** Read anew each time, so that a page that is built while the server runs is the one that is shown. */
export async function pageFiles(folder: URL = FOLDER): Promise<PageFiles> {
  try {
    const [document, script, style] = await Promise.all(
      ['index.html', 'page.js', 'page.css'].map((name) => readFile(new URL(name, folder), 'utf8')),
    );
    return { document: document!, script: script!, style: style! };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Refused(
      503,
      `the page was not built: there is none in ${fileURLToPath(folder)}; run: npm run build`,
    );
  }
}
