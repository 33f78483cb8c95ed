/** Reads one open host in a reader thread, and answers what is asked about it. */
import type { DemoOutcome, RawFile } from '../../shared/api/contract';
import type { Target } from '../../shared/api/target';
import { fail, type Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { statusOf } from '../../shared/report';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import { askWhatIf } from '../sources/askWhatIf';
import { carryOut, stateOf } from '../sources/demo/demoControl';
import { openSource } from '../sources/openSource';
import type { Source, SourceOptions } from '../sources/source';
import { noDemo, type Answering, type CallAsk, type Sampled } from './calls';
import { HostRecorder } from './hostRecorder';
import { filesOf, textOf } from './readFiles';
import { RecordingPlayer } from './recordingPlayer';

export class HostReader {
  readonly answers: Answering = {
    sample: () => this.sample(),
    moveTo: ({ index }) => {
      this.player.moveTo(index);
      return this.shownMoment();
    },
    record: ({ file }) => {
      if (file === null) this.recorder.end();
      else if (this.last) this.recorder.begin(file, this.last);
      return this.recorder.state().recorder ?? null;
    },
    'host:files': (): RawFile[] => (this.last ? filesOf(this.last) : []),
    'host:file': ({ path }) => (this.last ? textOf(this.last, path) : null),
    'host:what-if': ({ action }) => this.foretell(action),
    'demo:control': ({ command }) => this.control(command),
    'recording:moments': () => this.player.moments(),
  };
  private readonly options: SourceOptions;
  private source: Result<Source>;
  private last: Readings | null = null;
  private readonly player = new RecordingPlayer();
  private readonly recorder = new HostRecorder();

  constructor(
    private readonly target: Target,
    options: SourceOptions,
  ) {
    const onSurprise = (line: string) => void process.stderr.write(`klpscope: ${line}\n`);
    this.options = { ...options, onSurprise };
    this.source = openSource(target, this.options);
  }

  /** A lost host is connected to by the next sample, at once, and a human may be asked. */
  retry(): void {
    if (this.source.ok) this.source.value.retry?.();
  }

  /** Gives up connecting, if it does: the host stays lost as it was. */
  cancel(): void {
    if (this.source.ok) this.source.value.cancel?.();
  }

  /** Ends a recording that is being made, so that its file is whole. */
  close(): void {
    this.recorder.end();
    if (this.source.ok) this.source.value.close();
  }

  private async sample(): Promise<Sampled> {
    // What was not there may be there by now.
    if (!this.source.ok) this.source = openSource(this.target, this.options);
    if (!this.source.ok) return { ...this.source, roundMs: null };
    const source = this.source.value;
    if (source.recording) {
      const failed = await this.player.reopen(source.recording);
      return failed ? { ...failed, roundMs: null } : this.shownMoment();
    }
    const sample = await source.sample();
    this.recorder.take(sample);
    const { roundMs = null, story } = source;
    const beside = { roundMs, ...this.recorder.state(), ...(story && { demo: stateOf(story) }) };
    if (!sample.ok) return { ...sample, ...beside };
    this.last = sample.value;
    return { ok: true, value: statusOf(sample.value), ...beside };
  }

  /** The moment of a recording that is to be shown. */
  private shownMoment(): Sampled {
    const moment = this.player.moment();
    if (!moment) {
      const failed = fail('not-found', this.target.text, 'The recording is not open.');
      return { ...failed, roundMs: null };
    }
    const { readings, recording, watch } = moment;
    this.last = readings;
    return { ok: true, value: statusOf(readings), roundMs: null, recording, watch };
  }

  /** From the last reading, and the stacks as they are now. */
  private async foretell(action: WhatIfAction): Promise<Result<WhatIf>> {
    if (!this.source.ok) return this.source;
    if (this.last) return askWhatIf(this.source.value, statusOf(this.last), action);
    const { text } = this.target;
    return fail('not-found', text, `${text} has not been read yet.`);
  }

  private control(command: CallAsk<'demo:control'>['command']): DemoOutcome {
    const story = this.source.ok ? this.source.value.story : undefined;
    return story ? carryOut(story, command) : noDemo;
  }
}
