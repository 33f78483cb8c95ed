import { useEffect, type ComponentType } from 'react';
import { create } from 'zustand';

/**
 * A component whose code is a chunk of its own. Nothing stands in its place while it loads, and it
 * appears in the moment in which it is there. (React's Suspense holds back what follows a fallback
 * for 300 ms, which here would be most of the start.)
 *
 * @returns the component, and `fetch` to have the code before it is needed
 */
export function later<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
) {
  const useLoaded = create<{ readonly Loaded: ComponentType<Props> | null }>()(() => ({
    Loaded: null,
  }));
  let begun: Promise<void> | null = null;
  const fetch = (): Promise<void> => {
    begun ??= load().then((module) => useLoaded.setState({ Loaded: module.default }));
    return begun;
  };
  function Later(props: Props) {
    const { Loaded } = useLoaded();
    useEffect(() => {
      void fetch();
    }, []);
    return Loaded === null ? null : <Loaded {...props} />;
  }
  return Object.assign(Later, { fetch });
}
