import { useLayoutEffect, useRef, useState, type UIEvent } from 'react';

/** What of a scrolling element is to be seen, in CSS pixels; `height` counts all of its inside. */
interface Viewport {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** Follows the size and the position of a scrolling element. */
export function useViewport() {
  const boxRef = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState<Viewport>({ top: 0, height: 600, width: 900 });

  useLayoutEffect(() => {
    const element = boxRef.current;
    if (element === null) return undefined;
    const measure = () =>
      setViewport({
        top: element.scrollTop,
        height: element.clientHeight,
        width: element.clientWidth,
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const onScroll = ({ currentTarget }: UIEvent<HTMLDivElement>) => {
    const { scrollTop: top } = currentTarget;
    setViewport((before) => ({ ...before, top }));
  };
  return { boxRef, viewport, onScroll };
}
