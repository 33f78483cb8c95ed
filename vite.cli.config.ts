import { defineConfig } from 'vite';
import { nodeBundle } from './vite.bundle';

export default defineConfig(nodeBundle('out/cli', { klpscope: 'main/cli/klpscope.ts' }));
