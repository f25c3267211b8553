import type { JSX, RefObject } from 'preact'

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'search'],
  [['j', 'k'], 'next, previous test'],
  [['n', 'p'], 'next, previous event'],
  [['+', '-', '0'], 'zoom in, out, show all'],
  [['←', '→'], 'move along the axis, in the lanes'],
  [['↑', '↓', 'Home', 'End'], 'move in the list or the table'],
  [['a'], 'next axis'],
  [['m'], 'attempts in one lane, or each in its own'],
  [['c'], 'copy the timeline as text'],
  [['?'], 'this help'],
]

/** Which keys do what. */
export function Help({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }): JSX.Element {
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        The wheel zooms the lanes. Where there are more lanes than fit, it scrolls them, and zooms with Ctrl.
        Two fingers zoom, a drag moves.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
