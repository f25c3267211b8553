import { expect, test } from 'vitest'

import { invoke } from '../cli/support/invoke.ts'
import { read } from './documents.ts'

test.each(['init', 'doctor', 'ps', 'reap'])('the options of `%s` are those of its table', async (command) => {
  const { code, out } = await invoke([command, '--help'])
  const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option)
  const [, section = ''] = read('docs/cli.md').split(`\n## \`${command}\`\n`)
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(--[\w-]+)/gm)].map(
    ([, option]) => option,
  )
  expect([code, rows]).toEqual([0, options.filter((option) => option !== '--help')])
})

test('the table of exit codes has those that each command says itself', async () => {
  const [, section = ''] = read('docs/cli.md').split('## Exit codes')
  const codes = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (\d+)/gm)].map(([, code]) => code)
  for (const command of ['init', 'doctor', 'ps', 'reap']) {
    const { out } = await invoke([command, '--help'])
    const [, said = ''] = out.split('Exit codes: ')
    expect([command, [...said.matchAll(/(?:^|,\s)(\d+) /g)].map(([, code]) => code)]).toEqual([
      command,
      codes,
    ])
  }
})
