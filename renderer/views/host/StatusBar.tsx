import type { Host } from '../../../shared/api/contract';
import { countText } from '../../../shared/base/words';
import { clockText } from '../../state/format';

/** When and how completely this was read. */
export function StatusBar({ host }: { readonly host: Host }) {
  const { status, sampledAt, sampleMs } = host;
  return (
    <footer className="status-bar quiet small">
      <span>Klpscope only reads. Commands are text to copy.</span>
      <span className="status-bar__facts">
        {sampledAt === null ? null : (
          <span>
            read {clockText(sampledAt)}
            {sampleMs === null ? '' : `, in ${Math.max(1, Math.round(sampleMs))} ms`}
          </span>
        )}
        {status === null ? null : <span>{coverageText(status.coverage)}</span>}
      </span>
    </footer>
  );
}

/** Unknown counts are "not looked at": nothing was in transition, or the tree has no threads. */
function coverageText(coverage: {
  readonly threadsRead: number | null;
  readonly threadsDenied: number | null;
  readonly threadsVanished: number | null;
}): string {
  if (coverage.threadsRead === null) return 'threads not looked at';
  const parts = [`${countText(coverage.threadsRead)} threads read`];
  if (coverage.threadsDenied !== null) parts.push(`${countText(coverage.threadsDenied)} denied`);
  if (coverage.threadsVanished !== null) {
    parts.push(`${countText(coverage.threadsVanished)} exited`);
  }
  return parts.join(', ');
}
