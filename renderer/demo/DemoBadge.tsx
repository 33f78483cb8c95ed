import './demo.css';

/** Marks what is no real machine. */
export function DemoBadge() {
  return (
    <span className="demo-badge" title="A demo host: no real machine">
      DEMO
    </span>
  );
}
