/** The contract's schemas, loaded apart from the first paint, and without compiled parsers. */
import './jitless';

export { events, requests } from '../../shared/api/contract';
