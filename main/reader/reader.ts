/**
 * The reader thread: opens one target, reads it when asked, and answers with the status document, so
 * that no slow disk and no host with many threads holds up the window.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { DemoOutcome, RawFile } from '../../shared/api/contract';
import { fail, type Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { statusOf } from '../../shared/report';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import type { Question } from '../ssh/questions';
import { askWhatIf } from '../sources/askWhatIf';
import { carryOut, stateOf } from '../sources/demo/demoControl';
import {
  noDemo,
  type ReaderAnswer,
  type ReaderQuestion,
  type ReaderStart,
  type Sampled,
} from './readerClient';
import { HostRecorder } from './hostRecorder';
import { RecordingPlayer } from './recordingPlayer';
import { type SourceOptions } from '../sources/source';
import { openSource } from '../sources/openSource';

/** Characters of one file that the window gets to show. */
const shownCharacters = 262_144;

const { target, live }: ReaderStart = workerData;
const options: SourceOptions = { live, ask: askWindow };
let source = openSource(target, options);
let last: Readings | null = null;
const player = new RecordingPlayer();
const recorder = new HostRecorder();

/** Questions that wait for a human's answer. */
const asked = new Map<number, (answers: readonly string[] | null) => void>();
let questions = 0;

parentPort?.on('message', (question: ReaderQuestion) => {
  switch (question.ask) {
    case 'answered':
      asked.get(question.id)?.(question.answers);
      asked.delete(question.id);
      return;
    case 'retry':
    case 'cancel':
      if (source.ok) source.value[question.ask]?.();
      return;
    case 'close':
      recorder.end();
      if (source.ok) source.value.close();
      // Nothing else keeps the thread once the connection has ended.
      parentPort?.close();
      return;
    default:
      void answer(question).then((reply) => parentPort?.postMessage(reply));
  }
});

function askWindow(question: Question): Promise<readonly string[] | null> {
  const id = (questions += 1);
  parentPort?.postMessage({ id, question } satisfies ReaderAnswer);
  return new Promise((resolve) => asked.set(id, resolve));
}

/** The moment of a recording that is to be shown. */
function showMoment(): Sampled {
  const moment = player.moment();
  if (!moment) {
    const message = 'The recording is not open.';
    const problem = { code: 'not-found', path: target.text, message } as const;
    return { ok: false, problem, roundMs: null };
  }
  const { readings, recording, watch } = moment;
  last = readings;
  return { ok: true, value: statusOf(readings), roundMs: null, recording, watch };
}

async function answer(
  question: Exclude<ReaderQuestion, { ask: 'answered' | 'retry' | 'cancel' | 'close' }>,
): Promise<ReaderAnswer> {
  const { id } = question;
  switch (question.ask) {
    case 'sample': {
      // What was not there may be there by now.
      if (!source.ok) source = openSource(target, options);
      if (!source.ok) return { id, result: { ...source, roundMs: null } };
      if (source.value.recording) {
        const failed = await player.reopen(source.value.recording);
        return { id, result: failed ? { ...failed, roundMs: null } : showMoment() };
      }
      const sample = await source.value.sample();
      recorder.take(sample);
      const { roundMs = null } = source.value;
      if (!sample.ok) return { id, result: { ...sample, roundMs, ...recorder.state() } };
      last = sample.value;
      const value = statusOf(sample.value);
      return { id, result: { ok: true, value, roundMs, ...recorder.state() } };
    }
    case 'seek':
      player.seek(question.index);
      return { id, result: showMoment() };
    case 'moments':
      return { id, moments: await player.moments() };
    case 'record':
      if (question.file === null) recorder.end();
      else if (last) recorder.begin(question.file, last);
      return { id, recorder: recorder.state().recorder ?? null };
    case 'files':
      return { id, files: last ? filesOf(last) : [] };
    case 'file':
      return { id, text: textOf(question.path) };
    case 'what-if':
      return { id, whatIf: await foretell(question.action) };
    case 'demo': {
      const story = source.ok ? source.value.story : undefined;
      if (!story) return { id, outcome: noDemo, state: null };
      const outcome: DemoOutcome = question.command
        ? carryOut(story, question.command)
        : { ok: true };
      return { id, outcome, state: stateOf(story) };
    }
  }
}

/** From the last reading, and the stacks as they are now. */
async function foretell(action: WhatIfAction): Promise<Result<WhatIf>> {
  if (!source.ok) return source;
  if (last) return askWhatIf(source.value, statusOf(last), action);
  return fail('not-found', target.text, `${target.text} has not been read yet.`);
}

/** Folders end in `/`; they have no content of their own. */
function filesOf({ files, folders }: Readings): RawFile[] {
  const listed: RawFile[] = [];
  for (const [path, reading] of files) {
    const isThere = 'text' in reading;
    listed.push({
      path,
      size: isThere ? reading.text.length : null,
      missing: isThere ? null : reading.missing,
      truncated: isThere && reading.truncated,
    });
  }
  for (const [path, reading] of folders) {
    const missing = 'missing' in reading ? reading.missing : null;
    listed.push({ path: `${path}/`, size: null, missing, truncated: false });
  }
  return listed.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file's text; of a folder, which ends in `/`, the names in it. */
function textOf(path: string): string | null {
  if (path.endsWith('/')) return namesIn(path.slice(0, -1));
  const reading = last?.files.get(path);
  return reading && 'text' in reading ? reading.text.slice(0, shownCharacters) : null;
}

function namesIn(folder: string): string | null {
  const reading = last?.folders.get(folder);
  if (!reading || !('entries' in reading)) return null;
  const names = reading.entries.map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name));
  return names.sort().join('\n').slice(0, shownCharacters);
}
