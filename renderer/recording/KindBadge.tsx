import type { Host } from '../../shared/api/contract';
import { isRecording } from '../state/isRecording';
import '../demo/demo.css';

/** Marks what is no live machine, and what is being recorded. */
export function KindBadge({ host }: { readonly host: Host }) {
  const words = [
    host.isDemo ? 'DEMO' : null,
    isRecording(host) ? 'RECORDING' : null,
    host.recorder?.problem === null ? '● REC' : null,
  ].filter((word) => word !== null);
  if (words.length === 0) return null;
  return (
    <span className="demo-badge" title={titleOf(host)}>
      {words.join(' ')}
    </span>
  );
}

function titleOf(host: Host): string {
  const kind = host.isDemo ? 'A demo host: no real machine' : 'A real machine';
  if (isRecording(host)) return `${kind}, recorded`;
  return host.recorder === null ? kind : `${kind}. It is being recorded`;
}
