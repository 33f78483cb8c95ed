import { ArrowRight, ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import { useCommand } from '../commands/useCommand';
import { openTargets } from '../state/actions';
import { useWindow } from '../state/store';
import './demo.css';

/** So many fit without pushing the rest of the start screen away. */
const atFirst = 3;

/** The stories that demo hosts play, and the fleet that shows them at once. */
export function DemoGallery() {
  const demos = useWindow((state) => state.info?.demos) ?? [];
  const [all, setAll] = useState(false);
  const list = useId();
  const fleet = useCommand('demo.fleet');
  const stories = demos.filter(({ isFleet }) => !isFleet);
  if (stories.length === 0) return null;
  const Chevron = all ? ChevronUp : ChevronDown;
  return (
    <section aria-labelledby="start-demos">
      <h2 id="start-demos" className="section-title">
        Demo hosts: stories that an emulated kernel plays, and that you may change
      </h2>
      <ul id={list} className="start__samples">
        {stories.slice(0, all ? undefined : atFirst).map((demo) => (
          <li key={demo.target}>
            <button
              type="button"
              className="start-sample"
              onClick={() => openTargets([demo.target])}
            >
              <span>
                <strong>{demo.title}</strong>
                <span className="quiet">{demo.story}</span>
              </span>
              <ArrowRight size={14} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <div className="demo-gallery__more">
        {stories.length <= atFirst ? null : (
          <button
            type="button"
            className="button"
            aria-expanded={all}
            aria-controls={list}
            onClick={() => setAll(!all)}
          >
            <Chevron size={14} aria-hidden />
            {all ? 'Fewer stories' : `All ${stories.length} stories`}
          </button>
        )}
        {fleet.disabled ? null : (
          <button type="button" className="button" onClick={fleet.run}>
            Open the whole fleet: {demos.length - stories.length} hosts
          </button>
        )}
      </div>
    </section>
  );
}
