import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const DOCUMENT = fileURLToPath(new URL('../docs/numbers.md', import.meta.url))
const PART = /(?<=<!-- numbers -->\n)[^]*(?=<!-- end of numbers -->)/

/** Puts the table where docs/numbers.md has its place for it. */
export function writeDocument(table) {
  const text = readFileSync(DOCUMENT, 'utf8')
  if (!PART.test(text))
    throw new Error(`${DOCUMENT} has no place for the numbers: its two comments are gone.`)
  writeFileSync(
    DOCUMENT,
    text.replace(PART, () => `\n${table}\n\n`),
  )
  const formatter = createRequire(import.meta.url).resolve('oxfmt/package.json')
  execFileSync(process.execPath, [path.join(path.dirname(formatter), 'bin', 'oxfmt'), DOCUMENT])
}
