/** @jsxImportSource preact */
import '../kit/tokens.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme } from './theme.ts';

const root = document.getElementById('root');
if (!root) throw new Error('kiosk.html has no #root');
applyTheme();
render(<App />, root);
