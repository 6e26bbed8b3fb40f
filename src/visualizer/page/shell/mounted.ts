/** Effects on an element that is there: run once it is drawn, before it is painted. */
import { type Inputs, useLayoutEffect } from 'preact/hooks';

interface Ref<Element> {
  readonly current: Element | null;
}

export function useMounted<Element>(
  ref: Ref<Element>,
  effect: (element: Element) => () => void,
  inputs: Inputs,
): void {
  useLayoutEffect(() => (ref.current ? effect(ref.current) : undefined), inputs);
}

/** Tells the element at first and whenever its size changes. */
export function useSize<Sized extends Element>(
  ref: Ref<Sized>,
  told: (element: Sized) => void,
  inputs: Inputs = [],
): void {
  useMounted(
    ref,
    (element) => {
      const observer = new ResizeObserver(() => told(element));
      observer.observe(element);
      return () => observer.disconnect();
    },
    inputs,
  );
}

/** A dialog that is open as long as it is drawn; the focus goes back to where it was. */
export function useOpenDialog(ref: Ref<HTMLDialogElement>): void {
  useMounted(
    ref,
    (dialog) => {
      const before = document.activeElement;
      dialog.showModal();
      return () => {
        dialog.close();
        if (before instanceof HTMLElement) before.focus();
      };
    },
    [],
  );
}
