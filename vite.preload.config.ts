import { defineConfig } from 'vite';
import { nodeBundle } from './vite.bundle';

export default defineConfig(nodeBundle('out/preload', { preload: 'main/app/page/preload.ts' }));
