import type { ReactNode } from 'react';
import type { Tone } from '../state/headline';
import { StatusMark } from './StatusMark';

/** What stands where nothing else can: it says why, and what to do. */
export function EmptyState({
  tone,
  title,
  children,
  busy = false,
}: {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  readonly busy?: boolean;
}) {
  return (
    <div className="empty-state">
      <StatusMark tone={tone} size={28} busy={busy} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
