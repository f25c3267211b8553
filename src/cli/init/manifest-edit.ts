import { isDeepStrictEqual } from 'node:util'

import { isRecord } from '../../json.ts'
import type { Edit } from './config-edit.ts'
import { behind, objectAt } from './object-literal.ts'
import { tokensOf } from './tokens.ts'

/** What runs the tests. */
export const TEST_SCRIPT = 'vitest run'

/** What `npm init` writes. */
const PLACEHOLDER = /^echo .*no test specified.* && exit 1$/

/** Adds the script `test` to the text of a package.json that has none, or the one of `npm init`. The rest stays as it is written. */
export function withTestScript(text: string, manifest: Readonly<Record<string, unknown>>): Edit {
  const { scripts = {} } = manifest
  if (!isRecord(scripts)) return { refusal: 'its `scripts` are no object' }
  const { test } = scripts
  if (test !== undefined && !(typeof test === 'string' && PLACEHOLDER.test(test))) return 'there'
  const wanted = { ...manifest, scripts: { ...scripts, test: TEST_SCRIPT } }
  const edited = insertScript(text) ?? ''
  return isSame(edited, wanted) ? { text: edited } : { text: `${JSON.stringify(wanted, undefined, 2)}\n` }
}

function insertScript(text: string): string | undefined {
  const tokens = tokensOf(text)
  const manifest = tokens && objectAt(tokens, 0)
  if (!manifest) return undefined
  const own = manifest.properties.get('scripts')
  const scripts = own === undefined ? undefined : objectAt(tokens, own)
  const open = tokens[scripts?.open ?? manifest.open]
  const next = tokens[(scripts?.open ?? manifest.open) + 1]
  if (!open || !next) return undefined
  const placeholder = tokens[scripts?.properties.get('test') ?? -1]
  if (placeholder)
    return `${text.slice(0, placeholder.start)}${JSON.stringify(TEST_SCRIPT)}${text.slice(placeholder.end)}`
  const script = `"test": ${JSON.stringify(TEST_SCRIPT)}`
  const edited = behind(text, open, next, scripts ? script : `"scripts": { ${script} }`)
  // JSON has no comma behind the last item.
  return next.text === '}'
    ? edited.replace(/,(\s*\}\s*)$/, '$1').replace(/("vitest run"),(\s*\})/, '$1$2')
    : edited
}

function isSame(text: string, wanted: object): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(wanted)))
  } catch {
    return false
  }
}
