/** What a check has found out about a supervisor. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** `expected` and `seen` are the same in every run; `detail`, for whoever looks into it, holds times and processes. */
  | { readonly kind: 'fail'; readonly expected: string; readonly seen: string; readonly detail: string }
  | { readonly kind: 'not applicable'; readonly reason: string }

/** Thrown by a check whose supervisor does not do what it should. Whatever else a check throws is no verdict. */
export class Deviation extends Error {
  override readonly name = 'Deviation'
  readonly expected: string
  readonly seen: string
  readonly detail: string

  constructor(expected: string, seen: string, detail = '') {
    super(`expected ${expected}, but ${seen}${detail === '' ? '' : ` (${detail})`}`)
    this.expected = expected
    this.seen = seen
    this.detail = detail
  }
}

/** Thrown by a check that turns out to be nothing to ask of this supervisor. */
export class Inapplicable extends Error {
  override readonly name = 'Inapplicable'
}

/** Throws a {@link Deviation} unless `holds`. */
export function demand(holds: boolean, expected: string, seen: string, detail?: string): asserts holds {
  if (!holds) throw new Deviation(expected, seen, detail)
}
