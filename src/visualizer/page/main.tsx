/** The page begins here: from a server, or from the file in which it stands. */
import { render } from 'preact';
import { EXPORT_ELEMENT } from '../shared/wire.ts';
import { App } from './shell/app.tsx';
import { openFile } from './shell/file-source.ts';
import { openServer } from './shell/server-source.ts';
import './shell/style.css';

const file = document.getElementById(EXPORT_ELEMENT);
const source = file ? openFile(file.textContent ?? '') : await openServer();
render(<App source={source} />, document.getElementById('page')!);
