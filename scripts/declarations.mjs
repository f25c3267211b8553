import { readFileSync } from 'node:fs'
import path from 'node:path'

const IMPORT = /(?:from|import|import\() ?['"](\.{1,2}\/[^'"]+)\.ts['"]/g

/** The `.d.ts` files that one of them consists of, itself included: their absolute paths. */
export function declarationsOf(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, imported] of readFileSync(file, 'utf8').matchAll(IMPORT))
    declarationsOf(path.resolve(path.dirname(file), `${imported}.d.ts`), found)
  return found
}
