import { Circle } from 'lucide-react';
import type { Host, Recorder } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import { countOf } from '../../shared/base/words';
import { setRecording } from '../player/recordingCommands';
import './recording.css';

/** That a host is being recorded, into which file, and how far. */
export function RecorderBar({
  host,
  recorder,
}: {
  readonly host: Host;
  readonly recorder: Recorder;
}) {
  const { problem } = recorder;
  return (
    <section className="recorder" aria-label="Recording of this host">
      <Circle size={10} className="recorder__dot" data-on={problem === null} aria-hidden />
      <p className="recorder__text text-selectable">
        {problem === null ? (
          <>
            Recording into <code>{visible(recorder.file)}</code>
            <span className="quiet">
              {' '}
              {countOf(recorder.moments, 'sample')}, {(recorder.bytes / 1024).toFixed(1)} KiB
            </span>
          </>
        ) : (
          <span role="alert">Not recorded any more: {visible(problem.message)}</span>
        )}
      </p>
      <button type="button" className="button" onClick={() => setRecording(host.id, false)}>
        {problem === null ? 'Stop recording' : 'Close'}
      </button>
    </section>
  );
}
