import type { JSX } from 'preact'

/** In lines. */
const SHORT = 14

/** The messages of a failed test; of long ones the beginning, and the rest on request. */
export function Errors({ errors }: { readonly errors: readonly string[] }): JSX.Element | null {
  if (errors.length === 0) return null
  return (
    <section class="errors" aria-label={errors.length === 1 ? 'Error' : `${errors.length} errors`}>
      {errors.map((error, at) => {
        const [first = '', ...rest] = error.trim().split('\n')
        // The same message may be there twice.
        const key = `${at} ${first}`
        if (rest.length === 0) return <p key={key}>{first}</p>
        return (
          <details key={key} open={rest.length <= SHORT}>
            <summary>{first}</summary>
            <pre tabIndex={0}>{rest.join('\n').replace(/^\n+/, '')}</pre>
          </details>
        )
      })}
    </section>
  )
}
