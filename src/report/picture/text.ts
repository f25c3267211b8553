/** Px of a small letter, of a capital or digit, and of a character of a wide script, on average, in the fonts of all systems, at 12 px. */
const WIDTHS = { small: 6.8, capital: 8.4, wide: 12.5 }

/** Px that a text takes at most, as far as that can be known without its font. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    const isWide = (character.codePointAt(0) ?? 0) >= 0x1100 && !PUNCTUATION.test(character)
    width += isWide ? WIDTHS.wide : CAPITAL.test(character) ? WIDTHS.capital : WIDTHS.small
  }
  return width
}

const CAPITAL = /[\p{Lu}\p{Nd}mw_@#%…—]/u
const PUNCTUATION = /[\u2000-\u22FF]/

/** The text, shortened to what has room in so many px. */
export function fittingText(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const characters = Array.from(text)
  while (characters.length > 0 && widthOf(`${characters.join('')}…`) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** The text as XML can hold it, on one line, and no longer than so many characters. */
export function shortText(text: string, most: number): string {
  // Each character is two units at most.
  const characters = Array.from(plainText(text.slice(0, 2 * most + 2)))
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

/** The text as XML can hold it, on one line, in the order in which it is written. */
export function plainText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\p{Cs}\p{Bidi_Control}\uFFFE\uFFFF]/gu, '\u{FFFD}')
    .trim()
}

/** How long the name of a row may be. Characters. */
export const NAME_LENGTH = 20
