import type { Host } from '../../../shared/api/contract';
import { PathText } from '../../components/PathText';
import { show } from '../../state/actions';

/** A path on the host; leads to its text in the Files view. */
export function FileLink({ host, path }: { readonly host: Host; readonly path: string }) {
  return (
    <button type="button" className="link file-link" onClick={() => show(host.id, 'files', path)}>
      <code>
        <PathText text={path} />
      </code>
    </button>
  );
}
