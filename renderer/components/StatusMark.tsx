import type { Tone } from '../state/headline';

const words: Readonly<Record<Tone, string>> = {
  settled: 'settled',
  moving: 'in transition',
  stuck: 'stuck',
  unknown: 'not known',
};

/**
 * The shape of a status; shape and colour repeat what a word beside it says.
 *
 * @param label for screen readers where no word stands beside it
 */
export function StatusMark({
  tone,
  size = 16,
  busy = false,
  label,
}: {
  readonly tone: Tone;
  readonly size?: number;
  readonly busy?: boolean;
  readonly label?: boolean;
}) {
  return (
    <svg
      className={busy ? 'status-mark status-mark--busy' : 'status-mark'}
      data-tone={tone}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="var(--tone)"
      strokeWidth={size > 20 ? 1.25 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label === true ? { role: 'img', 'aria-label': words[tone] } : { 'aria-hidden': true })}
    >
      <Shape tone={tone} />
    </svg>
  );
}

function Shape({ tone }: { readonly tone: Tone }) {
  switch (tone) {
    case 'settled':
      return (
        <>
          <circle cx="8" cy="8" r="6.25" />
          <path d="M5.2 8.2 7.2 10.2 10.9 6.2" />
        </>
      );
    case 'moving':
      return (
        <>
          <circle cx="8" cy="8" r="6.25" />
          <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="var(--tone)" stroke="none" />
        </>
      );
    case 'stuck':
      return (
        <>
          <path d="M8 2 14.6 13.6H1.4z" />
          <path d="M8 6.4v3.2M8 11.6v.05" />
        </>
      );
    case 'unknown':
      return <circle cx="8" cy="8" r="6.25" strokeDasharray="2.1 2.26" />;
  }
}
