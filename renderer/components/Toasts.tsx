import { X } from 'lucide-react';
import { useEffect } from 'react';
import { dropToast, useWindow, type Toast } from '../state/store';
import { StatusMark } from './StatusMark';

/** Notices at the lower edge. A plain one goes by itself; one that needs reading stays. */
export function Toasts() {
  const toasts = useWindow((state) => state.toasts);
  return (
    <section className="toasts" aria-label="Notices">
      {toasts.map((toast) => (
        <Notice key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function Notice({ toast }: { readonly toast: Toast }) {
  const { id, tone } = toast;
  useEffect(() => {
    if (tone !== 'plain') return undefined;
    const timer = setTimeout(() => dropToast(id), 4000);
    return () => clearTimeout(timer);
  }, [id, tone]);
  return (
    <div className="toast panel" role={tone === 'plain' ? 'status' : 'alert'}>
      <StatusMark tone={tone === 'plain' ? 'settled' : 'stuck'} />
      <div>
        <strong>{toast.title}</strong>
        <p className="quiet text-selectable">{toast.text}</p>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label="Dismiss"
        onClick={() => dropToast(id)}
      >
        <X size={16} aria-hidden />
      </button>
    </div>
  );
}
