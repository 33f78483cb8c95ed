/** What one would type; Klpscope never runs it. */
import { disableCommand, forceCommand, reverseCommand } from '../report/commands';
import type { StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';

/**
 * @returns null for what no single command does, where there is nothing to type, and for a name with
 *   characters that a terminal would obey: a command with those is not to be pasted
 */
export function commandOf(status: StatusDocument, action: WhatIfAction): string | null {
  switch (action.do) {
    case 'disable':
      return disableCommand(action.patch);
    case 'reverse':
      return status.transition?.patch === action.patch ? reverseCommand(status) : null;
    case 'force':
      return forceCommand(action.patch);
    case 'replace':
      return null;
  }
}
