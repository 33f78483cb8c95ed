/** What the bundles that run in Node or Electron's main process have in common. */
import { builtinModules } from 'node:module';
import type { UserConfig } from 'vite';

/**
 * One CommonJS bundle with everything in it but Electron and Node's own modules.
 * (CommonJS: sandboxed preload scripts must be, and the asar needs no node_modules.)
 */
export function nodeBundle(outDir: string, input: Record<string, string>): UserConfig {
  return {
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      minify: true,
      target: 'node20',
      rolldownOptions: {
        input,
        // ssh2 does without its native helpers, which are built for another Node than Electron's.
        external: ['electron', 'cpu-features', /\.node$/, ...builtinModules, /^node:/],
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: '[name]-[hash].cjs',
        },
      },
    },
  };
}
