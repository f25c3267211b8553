const ESCAPE = String.fromCharCode(0x1b)

/**
 * What a terminal obeys. First what may stay: colours and the like, which change nothing but the look of letters, tabs and line
 * ends. Then control characters, among them a carriage return that ends no line and has the next letters written over the last
 * ones, and what turns the direction of writing round.
 */
const OBEYED = new RegExp(`${ESCAPE}\\[[\\d;:]*m|\\r?\\n|\\t|[\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069]`, 'gu')

/**
 * Text of other programs as it can be shown: what a terminal would obey (a cleared screen, a new title, a full clipboard) is
 * written out, as `\u001b` and the like. Colours stay.
 */
export function printable(text: string): string {
  return text.replaceAll(OBEYED, (found) =>
    found.length > 1 || found === '\t' || found === '\n'
      ? found
      : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
