/** Records a host that is open in the window, from sample to sample. */
import type { Recorder } from '../../shared/api/contract';
import type { Problem, Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { RecordingWriter } from '../sources/recording/recordingWriter';

export class HostRecorder {
  private file = '';
  private writer: RecordingWriter | null = null;
  private problem: Problem | null = null;

  /** @param first the last known sample. The file may be there: the dialog has asked */
  begin(file: string, first: Readings): void {
    this.end();
    this.file = file;
    const at = first.takenAt ?? new Date().toISOString();
    const begun = RecordingWriter.begin(file, first, at, { overwrite: true });
    this.writer = begun.ok ? begun.value : null;
    this.problem = begun.ok ? null : begun.problem;
  }

  take(sample: Result<Readings>): void {
    const { writer } = this;
    if (!writer) return;
    const now = new Date().toISOString();
    if (sample.ok) writer.add(sample.value, sample.value.takenAt ?? now);
    else writer.add(sample.problem, now);
    if (writer.isFull) {
      const message = 'The recording has reached its largest size and was ended.';
      this.stop({ code: 'too-large', path: this.file, message }, 'full');
    } else if (writer.problem) {
      this.stop(writer.problem, 'interrupted');
    }
  }

  end(): void {
    this.writer?.end('done', new Date().toISOString());
    this.writer = null;
    this.problem = null;
  }

  /** Empty where nothing is recorded. */
  state(): { recorder?: Recorder } {
    const { file, writer, problem } = this;
    if (!writer && !problem) return {};
    const { moments = 0, bytes = 0 } = writer ?? {};
    return { recorder: { file, moments, bytes, problem } };
  }

  private stop(problem: Problem, reason: 'full' | 'interrupted'): void {
    this.writer?.end(reason, new Date().toISOString());
    this.writer = null;
    this.problem = problem;
  }
}
