import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Writes dist/THIRD-PARTY-LICENSES.md: the licence of each package that is part of a bundle, which its authors want to be kept with it.
 * @param metafiles of esbuild
 */
export function writeLicences(metafiles) {
  const parts = packagesOf(metafiles).map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'))
    return `## ${name} ${version} (${license})\n\n\`\`\`\n${licenceText(directory).trim()}\n\`\`\`\n`
  })
  const head =
    '# Licences of what is part of vitest-supervise\n\nThe pictures and the page of a run are drawn by these packages.\n'
  writeFileSync(path.join(root, 'dist', 'THIRD-PARTY-LICENSES.md'), [head, ...parts].join('\n'))
}

/** Puts the licences of the packages that `file` is bundled from at its end: it goes to places where nothing else of dist does. */
export function addLicences(file, metafile) {
  const byText = new Map()
  for (const directory of packagesOf([metafile])) {
    const text = licenceText(directory).trim()
    byText.set(text, [...(byText.get(text) ?? []), path.basename(directory)])
  }
  const parts = [...byText].map(([text, names]) => `${names.join(', ')}:\n\n${text}`)
  appendFileSync(path.join(root, file), `/*!\n${parts.join('\n\n').replaceAll('*/', '* /')}\n*/\n`)
}

function packagesOf(metafiles) {
  const packages = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs).flatMap(packageOf)))
  return [...packages].sort((a, b) => (a < b ? -1 : 1))
}

/** The directory of the package that a file lies in, unless it is of this repository. */
function packageOf(input) {
  const file = path.resolve(root, input)
  const marker = `${path.sep}node_modules${path.sep}`
  const at = file.lastIndexOf(marker)
  if (at === -1) return []
  const [scope, name] = file.slice(at + marker.length).split(path.sep)
  return [path.join(file.slice(0, at + marker.length), scope, ...(scope.startsWith('@') ? [name] : []))]
}

function licenceText(directory) {
  const file = readdirSync(directory).find((name) => /^licen[cs]e(\.|$)/i.test(name))
  if (file) return readFileSync(path.join(directory, file), 'utf8')
  throw new Error(`${directory} has no licence that could be kept with its code.`)
}
