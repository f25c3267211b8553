import type { JSX } from 'preact'

/** A text in which `words`, which are in lower case, stand out. */
export function Marked({
  text,
  words,
}: {
  readonly text: string
  readonly words: readonly string[]
}): JSX.Element {
  if (words.length === 0) return <span>{text}</span>
  const pattern = new RegExp(
    `(${words.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('|')})`,
    'i',
  )
  return (
    // Every second part is one of the words.
    <span>{text.split(pattern).map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}</span>
  )
}
