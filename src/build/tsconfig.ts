import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The files that a `tsconfig.json` extends, directly or not, itself included. What cannot be read ends its chain. */
export function tsconfigChain(file: string, chain = new Set<string>()): string[] {
  if (!chain.has(file)) {
    chain.add(file)
    for (const base of extended(file)) tsconfigChain(base, chain)
  }
  return [...chain]
}

function extended(file: string): string[] {
  try {
    const config: unknown = JSON.parse(withoutComments(fs.readFileSync(file, 'utf8')))
    const bases = typeof config === 'object' && config !== null && 'extends' in config ? config.extends : []
    return [bases].flat().flatMap((base) => (typeof base === 'string' ? resolveBase(base, file) : []))
  } catch {
    return []
  }
}

function resolveBase(base: string, from: string): string[] {
  if (/^\.{0,2}[/\\]|^[a-z]:[/\\]/i.test(base)) {
    const file = path.resolve(path.dirname(from), base)
    return [fs.existsSync(file) && fs.statSync(file).isFile() ? file : file.replace(/(\.json)?$/, '.json')]
  }
  const require = createRequire(from)
  for (const candidate of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const file = require.resolve(candidate)
      if (file.endsWith('.json')) return [file]
    } catch {
      // The next one, then.
    }
  }
  return []
}

/** JSON as tsconfig.json has it, with comments and trailing commas, as JSON. Strings are left alone. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g, '$1')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1')
}
