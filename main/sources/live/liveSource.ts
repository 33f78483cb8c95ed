/** Hosts that are read through a shell: over SSH, or on this machine one of root's. */
import type { Target } from '../../../shared/api/target';
import type { Result } from '../../../shared/base/problem';
import type { Readings, SourceKind } from '../../../shared/readings/readings';
import type { LiveSource } from './connectedSource';
import type { LiveOptions } from './sshSource';
import type { LiveRequest, Source, SourceOptions } from '../source';

/**
 * The SSH code is loaded when the first sample is asked for: whoever reads a tree does not wait for
 * it.
 */
export function openLive(target: Target, kind: SourceKind, options: SourceOptions): Source {
  let source: Promise<LiveSource> | null = null;
  let loaded: LiveSource | null = null;
  return {
    target: target.text,
    kind,
    live: true,
    async sample(): Promise<Result<Readings>> {
      source ??= connect(target, options);
      loaded = await source;
      return loaded.sample();
    },
    async seek(sought) {
      source ??= connect(target, options);
      loaded = await source;
      return loaded.seek(sought);
    },
    get roundMs() {
      return loaded?.roundMs ?? null;
    },
    get waitsForHuman() {
      return loaded?.waitsForHuman ?? false;
    },
    retry: () => loaded?.retry(),
    cancel: () => loaded?.cancel(),
    close() {
      void source?.then((opened) => opened.close());
    },
  };
}

async function connect(
  target: Target,
  { live = {}, ask, trace, slots }: SourceOptions,
): Promise<LiveSource> {
  const { defaultLiveOptions, openLocalElevated, openSsh } = await import('./sshSource');
  const options: LiveOptions = {
    ...defaultLiveOptions(),
    ...live,
    ...(ask ? { ask } : {}),
    ...(trace ? { trace } : {}),
    ...(slots ? { slots } : {}),
  };
  return target.kind === 'ssh' ? openSsh(target, options) : openLocalElevated(target.text, options);
}

/** Whether this machine is to be read by a shell of root's instead of by this process. */
export function wantsRootHere({ sudo = false, pkexec = false }: Partial<LiveRequest>): boolean {
  return (sudo || pkexec) && process.geteuid?.() !== 0;
}
