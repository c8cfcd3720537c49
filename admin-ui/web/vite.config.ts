import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2021',
    sourcemap: false,
    rollupOptions: {
      output: {
        // Named by content only: the gateway serves assets/ as immutable.
        manualChunks: (id) =>
          id.includes('node_modules')
            ? /mantine|floating-ui|react-remove-scroll|react-textarea|react-transition/.test(id)
              ? 'ui'
              : 'vendor'
            : undefined,
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'https://127.0.0.1:9443', secure: false } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    css: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
