import type { Host } from '../../../shared/api/contract';
import type { StatusDocument } from '../../../shared/report/statusDocument';

/** What every view of a host is given. */
export interface PanelProps {
  readonly host: Host;
  readonly status: StatusDocument;
}
