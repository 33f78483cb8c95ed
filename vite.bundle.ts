/** What the bundles that run in Node or Electron's main process have in common. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Plugin, UserConfig } from 'vite';

/**
 * One CommonJS bundle with everything in it but Electron and Node's own modules.
 * (CommonJS: sandboxed preload scripts must be, and the asar needs no node_modules.)
 */
export function nodeBundle(outDir: string, input: Record<string, string>): UserConfig {
  return {
    publicDir: false,
    plugins: [shellTexts()],
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

/** Puts the text of shell programs in the place of the module `shellTexts.ts` beside them. */
function shellTexts(): Plugin {
  return {
    name: 'shell-texts',
    load(id) {
      if (basename(id) !== 'shellTexts.ts') return null;
      const folder = dirname(id);
      const texts = readdirSync(folder).filter((name) => name.endsWith('.sh'));
      return texts
        .map((name) => {
          this.addWatchFile(join(folder, name));
          const text = JSON.stringify(readFileSync(join(folder, name), 'utf8'));
          return `export const ${basename(name, '.sh')} = ${text};`;
        })
        .join('\n');
    },
  };
}
