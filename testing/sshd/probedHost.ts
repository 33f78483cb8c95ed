/** A probe on a fabricated host, for tests that change the host between and during its samples. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LiveHost, firstRequest } from '../../main/probe/liveHost';
import { ProbeSession } from '../../main/probe/wire/session';
import type { SessionLimits } from '../../main/probe/wire/limits';
import { programText, startArguments } from '../../main/probe/program/start';
import { startChild, type ChildChannel } from '../../main/ssh/childChannel';
import type { Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';

export interface ProbedHost {
  readonly live: LiveHost;
  readonly channel: ChildChannel;
  /** One sample; throws where there is none. */
  readonly read: () => Promise<Readings>;
}

/** @param argv what runs a shell on the host, with the shell, such as `chroot PATH sh` */
export async function tryProbe(
  argv: readonly string[],
  limits?: SessionLimits,
): Promise<Result<ProbedHost>> {
  const nonce = '0a';
  const channel = startChild([...argv, ...startArguments(programText(nonce, firstRequest))]);
  if (!channel) throw new Error('no program');
  const opened = await ProbeSession.open(channel, nonce, firstRequest, limits);
  if (!opened.ok) return opened;
  const { session, first } = opened.value;
  const live = new LiveHost(session, { target: 'x', source: 'ssh' }, first);
  const read = async () => {
    const sampled = await live.sample();
    if (!sampled.ok) throw new Error(sampled.problem.message);
    return sampled.value;
  };
  return { ok: true, value: { live, channel, read } };
}

/** As `tryProbe`; throws where no probe starts. */
export async function probe(argv: readonly string[], limits?: SessionLimits): Promise<ProbedHost> {
  const started = await tryProbe(argv, limits);
  if (!started.ok) throw new Error(started.problem.message);
  return started.value;
}

/** A file whose reader waits until it is told what the file holds. */
export interface HeldFile {
  /** Resolves when somebody reads. */
  awaitReader(): Promise<void>;
  /** The reader gets `text`; for those that come later it is a file like any other. */
  release(text: string): void;
  /** The reader gets `text`; the next one waits again. */
  answer(text: string): void;
}

/** @param path a file, which a FIFO replaces */
export function hold(path: string): HeldFile {
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
  let writer: number | null = null;
  const awaitReader = async () => {
    for (let attempt = 0; attempt < 3000 && writer === null; attempt += 1) {
      try {
        // Without a reader this fails, instead of waiting for one.
        writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch {
        await pause(10);
      }
    }
    if (writer === null) throw new Error(`nobody reads ${path}`);
  };
  const give = (text: string) => {
    if (writer === null) throw new Error(`nobody reads ${path}`);
    writeSync(writer, text);
    closeSync(writer);
    writer = null;
  };
  // Another file takes the place first: who still has this one open is no new reader.
  const replace = (make: (next: string) => void) => {
    const next = `${path}.next`;
    make(next);
    if (existsSync(path)) renameSync(next, path);
  };
  return {
    awaitReader,
    answer(text) {
      replace((next) => execFileSync('mkfifo', [next]));
      give(text);
    },
    release(text) {
      replace((next) => writeFileSync(next, text));
      give(text);
    },
  };
}
