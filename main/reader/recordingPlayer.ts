/** Shows the moments of a recording, whichever is wished for. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Moments, RecordingState } from '../../shared/api/contract';
import { Analysis } from '../../shared/history/recording/analysis';
import type { Recording } from '../../shared/history/recording/recording';
import type { TransitionWatch } from '../../shared/history/transitionWatch';
import type { Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';

/** Moments looked through before other questions are answered. */
const atOnce = 20;

interface Moment {
  readonly readings: Readings;
  readonly recording: RecordingState;
  /** Null also while the recording is still being looked through. */
  readonly watch: TransitionWatch | null;
}

export class RecordingPlayer {
  private recording: Recording | null = null;
  private analysis: Analysis | null = null;
  /** Null: the last. */
  private wanted: number | null = null;

  /** Reads it anew, since it may have grown. @returns why it can't be read; null: it can */
  async reopen(open: () => Promise<Result<Recording>>): Promise<Result<never> | null> {
    const opened = await open();
    if (!opened.ok) return opened;
    if (opened.value.length !== this.recording?.length) {
      this.recording = opened.value;
      this.analysis = null;
    }
    return null;
  }

  moveTo(index: number): void {
    this.wanted = index;
  }

  moment(): Moment | null {
    const { recording } = this;
    if (!recording) return null;
    const last = recording.length - 1;
    const index = Math.min(Math.max(0, this.wanted ?? last), last);
    const at = recording.msAt(index);
    return {
      readings: recording.readingsAt(index),
      watch: this.analysis?.isDone ? this.analysis.watchAt(index) : null,
      recording: {
        index,
        count: recording.length,
        at: new Date(at).toISOString(),
        seconds: (at - recording.msAt(0)) / 1000,
        lasts: (recording.msAt(last) - recording.msAt(0)) / 1000,
        lost: recording.lostAt(index) !== null,
      },
    };
  }

  /** Looks through the whole, and lets other questions be answered meanwhile. */
  async moments(): Promise<Moments | null> {
    const { recording } = this;
    if (!recording) return null;
    const analysis = new Analysis(recording);
    this.analysis = analysis;
    for (let seen = 1; !analysis.isDone; seen += 1) {
      analysis.step();
      if (seen % atOnce === 0) await breathe();
    }
    const first = recording.msAt(0);
    return {
      seconds: recording.times().map((at) => (Date.parse(at) - first) / 1000),
      marks: analysis.marks.map((mark) => ({ ...mark })),
    };
  }
}
