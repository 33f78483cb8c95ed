/** More blocking threads than are looked at closely: all are counted, and the first of them told. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cannotFabricate, fabricateRoot, stalledCapture } from '../../testing/sshd/fabricatedRoot';
import { detailedThreads } from '../../shared/readings/limits';
import { blockingThreads } from '../../shared/readings/threads';
import { startChild } from '../ssh/childChannel';
import { skipping } from '../../testing/main/skipping';
import { firstRequest, LiveHost } from './liveHost';
import { threadKey, type ProbeRequest } from './wire/request';
import { ProbeSession } from './wire/session';
import { programText, startArguments } from './program/start';

it.skipIf(skipping(import.meta.filename, cannotFabricate()))(
  'names the first 200 of 300 by their numbers, in one answer',
  async () => {
    const root = fabricateRoot(stalledCapture);
    // Their names as texts are in another order.
    const added = Array.from({ length: 300 }, (_, row) => 9_900 + row);
    for (const pid of added) {
      const folder = join(root.path, `proc/${pid}/task/${pid}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'patch_state'), '0\n');
      writeFileSync(join(folder, 'comm'), `worker-${pid}\n`);
    }
    const channel = startChild([
      ...root.busyboxOnly,
      'sh',
      ...startArguments(programText('0a', firstRequest)),
    ]);
    if (!channel) throw new Error('no program');
    const opened = await ProbeSession.open(channel, '0a', firstRequest);
    if (!opened.ok) throw new Error(opened.problem.message);
    const { session, first } = opened.value;
    const asked: ProbeRequest[] = [];
    const counting = {
      uid: session.uid,
      ask: (request: ProbeRequest) => {
        asked.push(request);
        return session.ask(request);
      },
      close: () => session.close(),
    };
    const host = new LiveHost(counting, { target: 'x', source: 'ssh' }, first);
    const sampled = await host.sample();
    host.close();
    root.remove();
    if (!sampled.ok) throw new Error(sampled.problem.message);
    const { threads, files } = sampled.value;
    const blocking = threads ? blockingThreads(threads, true).map(threadKey) : [];
    expect(blocking).toEqual(
      expect.arrayContaining(added.map((pid) => `/proc/${pid}/task/${pid}`)),
    );
    const named = blocking.filter((key) => files.has(`${key}/comm`));
    expect(named).toEqual(blocking.slice(0, detailedThreads));
    expect(asked).toEqual([]);
  },
);
