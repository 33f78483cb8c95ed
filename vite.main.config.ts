import { defineConfig } from 'vite';
import { nodeBundle } from './vite.bundle';

export default defineConfig(
  nodeBundle('out/main', { main: 'main/app/main.ts', reader: 'main/reader/reader.ts' }),
);
