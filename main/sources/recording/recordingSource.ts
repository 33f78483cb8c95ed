/** A recording: read again when asked, since it may still be growing. */
import { Recording } from '../../../shared/history/recording/recording';
import { succeed, type Result } from '../../../shared/base/problem';
import type { Content } from '../content';
import { readRecording } from './recordingFile';
import type { Source } from '../source';

export function openRecording(text: string, content: Content): Source {
  async function open(): Promise<Result<Recording>> {
    const lines = await readRecording(content);
    return lines.ok ? succeed(new Recording(text, lines.value)) : lines;
  }
  return {
    target: text,
    kind: 'recording',
    live: false,
    recording: open,
    async sample() {
      const recording = await open();
      return recording.ok
        ? succeed(recording.value.readingsAt(recording.value.length - 1))
        : recording;
    },
    close: () => undefined,
  };
}
