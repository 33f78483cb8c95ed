import type { Host } from '../../../shared/api/contract';
import { visible } from '../../../shared/readings/text';
import { show } from '../../state/actions';

/** A path on the host; leads to its text in the Files view. */
export function FileLink({ host, path }: { readonly host: Host; readonly path: string }) {
  return (
    <button type="button" className="link file-link" onClick={() => show(host.id, 'files', path)}>
      <code>{visible(path)}</code>
    </button>
  );
}
