import { visible } from '../../../shared/base/text';
import type { Frame } from '../../../shared/report/statusDocument';
import { CopyButton } from '../../components/CopyButton';
import { numbered } from '../../components/numbered';

/** A frame as /proc/PID/stack prints it: `klp_busy_wait_d+0x91/0xd0 [klp_busy]`. */
export function frameText({ function: name, offset, size, module }: Frame): string {
  const place = offset === null ? '' : `+0x${offset.toString(16)}`;
  const length = offset === null || size === null ? '' : `/0x${size.toString(16)}`;
  return `${name}${place}${length}${module === null ? '' : ` [${module}]`}`;
}

/** A kernel stack, innermost frame first, with the frame that has to return marked. */
export function StackFrames({
  stack,
  culprit,
}: {
  readonly stack: readonly Frame[];
  readonly culprit: number | null;
}) {
  return (
    <section aria-label="Kernel stack">
      <h3 className="section-title">
        Kernel stack, innermost first
        <CopyButton quiet what="kernel stack" text={stack.map(frameText).join('\n')} />
      </h3>
      {stack.length === 0 ? (
        <p className="quiet">The kernel printed no frames for this thread.</p>
      ) : (
        <ol className="panel lines">
          {numbered(stack).map(({ item: frame, place }) => (
            <li
              key={place}
              className={place === culprit ? 'lines__marked' : undefined}
              data-tone={place === culprit ? 'stuck' : undefined}
            >
              <code>
                {visible(frame.function)}
                {frame.offset === null ? '' : `+0x${frame.offset.toString(16)}`}
              </code>
              <span className="lines__note">
                {place === culprit
                  ? 'has to return'
                  : frame.module === null
                    ? ''
                    : visible(frame.module)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
