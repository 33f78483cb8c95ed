/** What-if, asked of an open target: the stacks of its threads are looked through for it. */
import { succeed, type Result } from '../../shared/base/problem';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { soughtFor } from '../../shared/whatif/blocking';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import { refusalOf } from '../../shared/whatif/refusal';
import { whatIf } from '../../shared/whatif/whatIf';
import type { Source } from './source';

/** @param status what was just read of it */
export async function askWhatIf(
  source: Source,
  status: StatusDocument,
  action: WhatIfAction,
): Promise<Result<WhatIf>> {
  const sought = refusalOf(status, action) ? null : soughtFor(status, action);
  if (!sought || !source.seek) return succeed(whatIf(status, action, null));
  const search = await source.seek(sought);
  return search.ok ? succeed(whatIf(status, action, search.value)) : search;
}
