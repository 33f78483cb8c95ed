/**
 * Entry of the window: the looks, and next to nothing else, so that the frame in index.html is painted and
 * the window shown before the code arrives.
 */
import './state/jitless';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './theme/components.css';
import './App.css';
import './rail/Rail.css';

const begin = () => void import('./start');
requestAnimationFrame(() => setTimeout(begin, 0));
// A window that is not drawn has no frames; a module begins once, however often it is asked for.
setTimeout(begin, 200);
