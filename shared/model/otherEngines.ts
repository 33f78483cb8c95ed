/**
 * Engines that patch a running kernel besides the kernel's own livepatching. What they have changed is
 * not read: that they are there means that nothing here tells what the kernel runs.
 */
import { kgraftProgressFile, modulesFile } from '../readings/paths';
import { plainText, type ReadingsReader } from './reader';

export interface OtherEngine {
  readonly name: string;
  /** Its modules that are loaded. */
  readonly modules: readonly string[];
  /** Where it was seen. */
  readonly evidence: readonly string[];
  /** Whether it waits for threads to switch; null: not known, or not its way. */
  readonly inProgress: boolean | null;
}

interface EngineForm {
  readonly name: string;
  /** Names of its modules. */
  readonly modules: RegExp;
  /** Its folder below /sys/kernel, where it has one. */
  readonly folder: string | null;
}

/**
 * Ksplice (Oracle, `ksplice_ID`, `ksplice_ID_OBJECT_new`) · KernelCare (TuxCare, `kcare`) · kGraft
 * (SUSE, to SLE 12: kernel/kgraft.c of its kernels, modules `kgraft_patch_…`) · kpatch's own core, from
 * before the kernel had livepatching (kmod/core/core.c, module `kpatch`, `/sys/kernel/kpatch`).
 */
const engines: readonly EngineForm[] = [
  { name: 'Ksplice', modules: /^ksplice(?:_|$)/, folder: null },
  { name: 'KernelCare', modules: /^(?:kcare|kernelcare)(?:_|$)/, folder: null },
  { name: 'kGraft', modules: /^kgraft(?:_|$)/, folder: 'kgraft' },
  { name: 'the old kpatch core', modules: /^kpatch$/, folder: 'kpatch' },
];

export function findOtherEngines(reader: ReadingsReader, loaded: readonly string[]): OtherEngine[] {
  return engines.flatMap(({ name, modules: form, folder }) => {
    const modules = loaded.filter((module) => form.test(module));
    const place = folder !== null && hasFolder(reader, folder) ? `/sys/kernel/${folder}` : null;
    if (modules.length === 0 && place === null) return [];
    return [
      {
        name,
        modules,
        evidence: [
          ...(modules.length > 0 ? [modulesFile] : []),
          ...(place === null ? [] : [place]),
        ],
        inProgress: folder === 'kgraft' ? readProgress(reader) : null,
      },
    ];
  });
}

/** A module that an engine loads for itself, whether or not it has patched anything. */
export function isCoreOfEngine(module: string): boolean {
  return /^(?:ksplice|kcare|kernelcare|kgraft|kpatch)$/.test(module);
}

/** Whether a module belongs to one of them: what its taint says is not about livepatches. */
export function isOfOtherEngine(module: string): boolean {
  return engines.some(({ modules }) => modules.test(module));
}

function hasFolder({ readings }: ReadingsReader, name: string): boolean {
  const around = readings.folders.get('/sys/kernel');
  if (around && 'entries' in around) return around.entries.some((entry) => entry.name === name);
  return name === 'kgraft' && plainText(readings, kgraftProgressFile) !== null;
}

function readProgress({ readings }: ReadingsReader): boolean | null {
  const text = plainText(readings, kgraftProgressFile)?.trim();
  return text === '0' || text === '1' ? text === '1' : null;
}
