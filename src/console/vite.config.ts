import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  base: '/',
  plugins: [react()],
  // Sheets that take classes over from another one (`composes`).
  css: { transformer: 'lightningcss' },
  build: {
    emptyOutDir: true,
    target: 'es2022',
    // The rules of the page forbid `data:`, so every picture is a file.
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: join(here, 'index.html'), kiosk: join(here, 'kiosk.html') } },
    modulePreload: { polyfill: false },
  },
});
