/*
 * What the entry points of the package export, as API Extractor sees it in `dist`: its report and its model.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { Extractor, ExtractorConfig, ExtractorMessageCategory } from '@microsoft/api-extractor'

import { declarationsOf } from './declarations.mjs'
import { root } from './packed.mjs'

const { exports: published } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** Each entry point with types: its name in file names, what is imported, and the absolute path of its `.d.ts`. */
export const entries = Object.entries(published)
  .filter(([, { types }]) => types !== undefined)
  .map(([specifier, { types }]) => ({
    name: specifier === '.' ? 'index' : specifier.slice('./'.length),
    specifier: path.posix.join('vitest-supervise', specifier),
    file: path.join(root, types),
  }))

/** Its own TypeScript reads them, of an older version than the one that wrote them. */
const COMPILER = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  typeRoots: [path.join(root, 'node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

/**
 * The report (without what is `@internal`), the model (API Extractor's JSON) and what is referred to without being exported.
 * Throws when something cannot be read.
 */
export function extract({ name, file }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'api-'))
  try {
    const unexported = []
    const failures = []
    const temporary = path.join(folder, 'temporary')
    mkdirSync(temporary)
    const configObject = {
      projectFolder: root,
      mainEntryPointFilePath: file,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [file] } },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: folder,
        reportTempFolder: temporary,
        reportVariants: ['public'],
      },
      docModel: {
        enabled: true,
        apiJsonFilePath: path.join(folder, 'model.json'),
        includeForgottenExports: true,
      },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    }
    const config = ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: undefined,
      packageJsonFullPath: path.join(root, 'package.json'),
    })
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        message.handled = true
        if (message.messageId === 'ae-forgotten-export') unexported.push(/"(.+?)"/.exec(message.text)[1])
        if (message.category === ExtractorMessageCategory.Compiler)
          failures.push(`${message.sourceFilePath}: ${message.text}`)
      },
    })
    if (failures.length > 0) throw new Error(`API Extractor cannot read ${file}:\n${failures.join('\n')}`)
    const report = readdirSync(folder).find((one) => one.endsWith('.api.md'))
    return {
      report: readFileSync(path.join(folder, report), 'utf8'),
      model: JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')),
      unexported,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The matchers that an entry point adds to `expect`: API Extractor does not see what augments a module of others. */
export function matchersOf({ file }) {
  return [...declarationsOf(file)]
    .sort(byName)
    .flatMap((one) => readFileSync(one, 'utf8').match(/^interface \w+Matchers \{\n[\s\S]*?\n\}$/gm) ?? [])
}

/** Of texts, the same on every machine. */
export function byName(a, b) {
  return a < b ? -1 : Number(a > b)
}
