import './kit/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/app.tsx';
import { applyTheme } from './shell/switches.tsx';
import { loadTexts } from './texts/say.ts';

applyTheme();
try {
  await loadTexts();
} catch (error) {
  // Without texts nothing can be said but what stands in the page itself.
  document.getElementById('not-loaded')?.removeAttribute('hidden');
  throw error;
}
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
