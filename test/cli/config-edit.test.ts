import { expect, test } from 'vitest'

import { withPlugin } from '../../src/cli/init/config-edit.ts'
import { withTestScript } from '../../src/cli/init/manifest-edit.ts'

const USE = "import { supervise } from 'vitest-supervise/plugin'\n"
const VITEST = "import { defineConfig } from 'vitest/config'\n"

test.each<[string, string, string]>([
  [
    'an object without plugins',
    `${VITEST}\nexport default defineConfig({\n  test: { globals: true },\n})\n`,
    `${VITEST}${USE}\nexport default defineConfig({\n  plugins: [supervise()],\n  test: { globals: true },\n})\n`,
  ],
  [
    'a list in one line',
    `${VITEST}import a from 'a'\nexport default defineConfig({ plugins: [a({ x: '}' })], test: {} })\n`,
    `${VITEST}import a from 'a'\n${USE}export default defineConfig({ plugins: [supervise(), a({ x: '}' })], test: {} })\n`,
  ],
  [
    'a list in several lines, with comments',
    `${VITEST}export default defineConfig({\n\tplugins: [ // all\n\t\ta(), // ] }\n\t],\n})\n`,
    `${VITEST}${USE}export default defineConfig({\n\tplugins: [ // all\n\t\tsupervise(),\n\t\ta(), // ] }\n\t],\n})\n`,
  ],
  [
    'an empty object',
    `${VITEST}export default defineConfig({})\n`,
    `${VITEST}${USE}export default defineConfig({ plugins: [supervise()] })\n`,
  ],
  [
    'a list that is behind what comes from elsewhere',
    `${VITEST}export default { ...base, plugins: [] }\n`,
    `${VITEST}${USE}export default { ...base, plugins: [supervise()] }\n`,
  ],
  [
    'an empty list',
    `${VITEST}export default defineConfig({ plugins: [] })\n`,
    `${VITEST}${USE}export default defineConfig({ plugins: [supervise()] })\n`,
  ],
  [
    'no import, and a head that has to be the first line',
    '/// <reference types="vitest" />\nexport default { test: {} }\n',
    `/// <reference types="vitest" />\n${USE}\nexport default { plugins: [supervise()], test: {} }\n`,
  ],
  [
    'the second part of mergeConfig',
    `${VITEST}import base from './vite.config'\nexport default mergeConfig(base, defineConfig({ test: {} }))`,
    `${VITEST}import base from './vite.config'\n${USE}export default mergeConfig(base, defineConfig({ plugins: [supervise()], test: {} }))`,
  ],
  [
    'quotes and semicolons as they are, expressions of all kinds, and Windows',
    'import { defineConfig } from "vitest/config";\r\nimport json from "./x.json" with { type: "json" };\r\n' +
      'const a = /[/{]\\//g, b = `${json.x /* ` */ + `}`}{`, c = 4 / 2 / 1;\r\n' +
      'export default defineConfig({\r\n  test: { name: b },\r\n});\r\n',
    'import { defineConfig } from "vitest/config";\r\nimport json from "./x.json" with { type: "json" };\r\n' +
      'import { supervise } from "vitest-supervise/plugin";\r\n' +
      'const a = /[/{]\\//g, b = `${json.x /* ` */ + `}`}{`, c = 4 / 2 / 1;\r\n' +
      'export default defineConfig({\r\n  plugins: [supervise()],\r\n  test: { name: b },\r\n});\r\n',
  ],
])('the plugin comes into %s by two insertions', (_, text, edited) => {
  expect(withPlugin(text)).toEqual({ text: edited })
  expect(withPlugin(edited)).toBe('there')
})

test.each<[string, string, string]>([
  ['a function', 'export default defineConfig(({ mode }) => ({ test: {} }))', 'not written as an object'],
  ['a variable', 'const config = {}\nexport default config', 'not written as an object'],
  ['CommonJS', 'module.exports = { test: {} }', 'CommonJS'],
  ['what comes from elsewhere', 'export default { ...base, test: {} }', 'may come from elsewhere'],
  ['what may replace its list', 'export default { plugins: [], ...other }', 'may come from elsewhere'],
  [
    'a name that may be that of its list',
    'export default { plugins: [], [a]: [] }',
    'may come from elsewhere',
  ],
  ['computed names', 'export default { [plugins]: [], test: {} }', 'may come from elsewhere'],
  ['a list from elsewhere', 'export default { plugins: all() }', 'not written as a list'],
  ['a list by its name', 'export default { plugins, test: {} }', 'not written as a list'],
  ['several projects', 'export default { test: { projects: [] } }', 'several projects'],
  ['several projects, quoted', "export default { test: { 'projects': [] } }", 'several projects'],
  ['the name', 'import { supervise } from "x"\nexport default {}', 'something else by the name'],
  ['an import at the end', "export default {}\nimport 'x'", 'imports behind'],
  ['a bracket too few', 'export default { test: {}', 'not understood'],
  ['a string without an end', "export default { a: 'b }", 'not understood'],
])('a configuration with %s is left to its owner', (_, text, why) => {
  expect(withPlugin(text)).toEqual({ refusal: expect.stringContaining(why) })
})

const PLACEHOLDER = 'echo "Error: no test specified" && exit 1'

test.each<[string, string, string]>([
  ['nothing', '{}', '{ "scripts": { "test": "vitest run" } }'],
  [
    'no scripts',
    '{\n  "name": "a",\n  "files": ["b", "c"]\n}\n',
    '{\n  "scripts": { "test": "vitest run" },\n  "name": "a",\n  "files": ["b", "c"]\n}\n',
  ],
  ['no script of scripts', '{ "scripts": {} }', '{ "scripts": { "test": "vitest run" } }'],
  [
    'other scripts',
    '{\n\t"scripts": {\n\t\t"build": "b"\n\t}\n}',
    '{\n\t"scripts": {\n\t\t"test": "vitest run",\n\t\t"build": "b"\n\t}\n}',
  ],
  [
    'the script of npm init',
    `{ "scripts": { "a": "b", "test": ${JSON.stringify(PLACEHOLDER)} } }`,
    '{ "scripts": { "a": "b", "test": "vitest run" } }',
  ],
  [
    'scripts in an empty block',
    '{\n  "scripts": {\n  }\n}\n',
    '{\n  "scripts": {\n    "test": "vitest run"\n  }\n}\n',
  ],
])('a package.json with %s gets the script, and stays as it is written', (_, text, edited) => {
  expect(withTestScript(text, JSON.parse(text))).toEqual({ text: edited })
  expect(withTestScript(edited, JSON.parse(edited))).toBe('there')
})

test('a script `test` of its own stays', () => {
  const text = '{ "scripts": { "test": "jest" } }'
  expect(withTestScript(text, JSON.parse(text))).toBe('there')
})
