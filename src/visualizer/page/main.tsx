/** The page begins here: from a server, or from the file in which it stands. */
import { render } from 'preact';
import { EXPORT_ELEMENT } from '../wire.ts';
import { App } from './app.tsx';
import { openFile } from './file-source.ts';
import { openServer } from './server-source.ts';
import './style.css';

const file = document.getElementById(EXPORT_ELEMENT);
const source = file ? openFile(file.textContent ?? '') : await openServer();
render(<App source={source} />, document.getElementById('page')!);
